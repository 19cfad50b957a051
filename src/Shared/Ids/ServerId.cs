using System.Text.Json.Serialization;

namespace HostAtlas.Shared.Ids;

/// <summary>One watched host of one team.</summary>
[JsonConverter(typeof(ResourceIdJsonConverter<ServerId>))]
public readonly record struct ServerId(Guid Value) : IResourceId<ServerId>
{
    /// <inheritdoc />
    public static ServerId Wrap(Guid value) => new(value);

    /// <summary>Lower case with hyphens.</summary>
    public override string ToString() => Value.ToString("D");
}
