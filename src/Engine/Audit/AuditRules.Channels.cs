using System.Text.Json.Nodes;
using HostAtlas.Engine.Teams;
using HostAtlas.Shared.Ids;

namespace HostAtlas.Engine.Audit;

/// <content>
/// On which channels a team is told. Of a webhook's address the host alone is told: path and query are a credential with many receivers.
/// </content>
public static partial class AuditRules
{
    private static AuditRule[] OfChannels =>
    [
        Told<ChannelAdded>("channel.added", e => new(Channel(e.Channel, e.Kind, e.Terms), After: Terms(e.Kind, e.Terms))),
        Told<ChannelChanged>("channel.changed", e => new(
            Channel(e.Channel, e.Kind, e.To), Terms(e.Kind, e.From), Terms(e.Kind, e.To))),
        Told<ChannelSecretRotated>("channel.secret-rotated", e => new(
            Subject("channel", e.Channel, PlaceOf(ChannelKind.Webhook, e.Target)),
            After: new JsonObject { ["earlierEndsAt"] = AuditNames.Of(e.EarlierEndsAt) })),
        Told<ChannelGone>("channel.gone", e => new(
            Subject("channel", e.Channel, PlaceOf(ChannelKind.Webhook, e.Target)),
            new JsonObject { ["enabled"] = true }, new JsonObject { ["enabled"] = false })),
        Told<ChannelRemoved>("channel.removed", e => new(Channel(e.Channel, e.Kind, e.Terms), Terms(e.Kind, e.Terms))),
    ];

    private static AuditSubject Channel(ChannelId id, ChannelKind kind, ChannelTerms terms) =>
        Subject("channel", id, PlaceOf(kind, terms.Target));

    private static JsonObject Terms(ChannelKind kind, ChannelTerms terms) => new()
    {
        ["enabled"] = terms.Enabled,
        ["events"] = List(terms.Events),
        ["kind"] = AuditNames.Of(kind),
        ["to"] = PlaceOf(kind, terms.Target),
    };

    // Of what is no address nothing is told: a log that cannot be written would stop all logs.
    private static string PlaceOf(ChannelKind kind, string target) => kind != ChannelKind.Webhook ? target
        : Uri.TryCreate(target, UriKind.Absolute, out var address) ? address.GetLeftPart(UriPartial.Authority)
        : "";
}
