using System.Text.Json.Serialization;

namespace HostAtlas.Shared.Ids;

/// <summary>A link that sets a new password, once.</summary>
[JsonConverter(typeof(ResourceIdJsonConverter<ResetId>))]
public readonly record struct ResetId(Guid Value) : IResourceId<ResetId>
{
    /// <inheritdoc />
    public static ResetId Wrap(Guid value) => new(value);

    /// <summary>Lower case with hyphens.</summary>
    public override string ToString() => Value.ToString("D");
}
