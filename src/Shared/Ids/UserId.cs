using System.Text.Json.Serialization;

namespace HostAtlas.Shared.Ids;

/// <summary>A person; a person can belong to several teams.</summary>
[JsonConverter(typeof(ResourceIdJsonConverter<UserId>))]
public readonly record struct UserId(Guid Value) : IResourceId<UserId>
{
    /// <inheritdoc />
    public static UserId Wrap(Guid value) => new(value);

    /// <summary>Lower case with hyphens.</summary>
    public override string ToString() => Value.ToString("D");
}
