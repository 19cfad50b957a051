using System.Text.Json.Serialization;

namespace HostAtlas.Shared.Ids;

/// <summary>A single-use invitation that founds or joins a team.</summary>
[JsonConverter(typeof(ResourceIdJsonConverter<InvitationId>))]
public readonly record struct InvitationId(Guid Value) : IResourceId<InvitationId>
{
    /// <inheritdoc />
    public static InvitationId Wrap(Guid value) => new(value);

    /// <summary>Lower case with hyphens.</summary>
    public override string ToString() => Value.ToString("D");
}
