using System.Text.Json.Serialization;

namespace HostAtlas.Shared.Ids;

/// <summary>One way on which a team is told of what happens: a webhook or an e-mail address.</summary>
[JsonConverter(typeof(ResourceIdJsonConverter<ChannelId>))]
public readonly record struct ChannelId(Guid Value) : IResourceId<ChannelId>
{
    /// <inheritdoc />
    public static ChannelId Wrap(Guid value) => new(value);

    /// <summary>Lower case with hyphens.</summary>
    public override string ToString() => Value.ToString("D");
}
