using System.Text.Json.Serialization;

namespace HostAtlas.Shared.Ids;

/// <summary>A tenant: everything a customer owns hangs below one team.</summary>
[JsonConverter(typeof(ResourceIdJsonConverter<TeamId>))]
public readonly record struct TeamId(Guid Value) : IResourceId<TeamId>
{
    /// <inheritdoc />
    public static TeamId Wrap(Guid value) => new(value);

    /// <summary>Lower case with hyphens.</summary>
    public override string ToString() => Value.ToString("D");
}
