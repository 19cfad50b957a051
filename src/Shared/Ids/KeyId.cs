using System.Text.Json.Serialization;

namespace HostAtlas.Shared.Ids;

/// <summary>An API key of one team.</summary>
[JsonConverter(typeof(ResourceIdJsonConverter<KeyId>))]
public readonly record struct KeyId(Guid Value) : IResourceId<KeyId>
{
    /// <inheritdoc />
    public static KeyId Wrap(Guid value) => new(value);

    /// <summary>Lower case with hyphens.</summary>
    public override string ToString() => Value.ToString("D");
}
