using HostAtlas.Engine.Cluster;
using HostAtlas.Engine.Notifications;
using HostAtlas.Engine.Teams;
using HostAtlas.Shared.Ids;

namespace HostAtlas.Engine.Tests.Cluster;

/// <summary>What a team says and journals of the channels on which it is told, and what the sender of notifications is asked.</summary>
internal static class ChannelSamples
{
    private static readonly DateTimeOffset At = Named.Noon.AddTicks(1_234_567), Later = Named.Noon.AddHours(24);
    private static readonly TeamId Team = Named.Id<TeamId>("team");
    private static readonly ChannelId Channel = Named.Id<ChannelId>("channel");
    private static readonly ChannelTerms Hook = new("https://hooks.example.org/s3cret?k=1", ["backup.frozen", "backup.suspect"], true);
    private static readonly ChannelTerms Mail = new("ops@example.org", ["*", "backup.frozen"], true);
    private static readonly TeamChannel Shown = new(Channel, ChannelKind.Webhook, Hook with { Enabled = false }, At, Later);

    public static Dictionary<string, object> All { get; } = new()
    {
        ["channel-added.1"] = new ChannelAdded(Channel, ChannelKind.Webhook, Hook, Named.Bytes("secret"), At, Named.Ada),
        ["channel-added.1~email"] = new ChannelAdded(Channel, ChannelKind.Email, Mail, null, At, Named.Ada),
        ["channel-changed.1"] = new ChannelChanged(
            Channel, ChannelKind.Webhook, Hook, Hook with { Target = "https://other.example.org/t0ken", Enabled = false }, At, Named.Ada),
        ["channel-secret-rotated.1"] = new ChannelSecretRotated(Channel, Hook.Target, Named.Bytes("second"), Later, At, Named.Ada),
        ["channel-gone.1"] = new ChannelGone(Channel, Hook.Target, At, Author.Platform),
        ["channel-removed.1"] = new ChannelRemoved(Channel, ChannelKind.Email, Mail, At, Named.Ada),
        ["state.1~channels"] = new IEntityEvent[]
        {
            new TeamFounded("Engines", At, Named.Ada),
            new ChannelAdded(Channel, ChannelKind.Webhook, Hook, Named.Bytes("secret"), At, Named.Ada),
            new ChannelAdded(Named.Id<ChannelId>("mail"), ChannelKind.Email, Mail, null, At, Named.Ada),
            new ChannelSecretRotated(Channel, Hook.Target, Named.Bytes("second"), Later, At, Named.Ada),
            new ChannelGone(Channel, Hook.Target, Later, Author.Platform),
        }.Aggregate(TeamState.Nobody, TeamState.Apply),
        ["c-set-channels.1"] = new SetChannels(
            Team,
            [
                new WantedChannel(Channel, ChannelKind.Webhook, IsNew: true, Hook.Target, Hook.Events, null, Named.Bytes("secret")),
                new WantedChannel(Named.Id<ChannelId>("mail"), ChannelKind.Email, IsNew: false, Mail.Target, Mail.Events, false, null),
            ], Named.Ada),
        ["c-rotate-channel-secret.1"] = new RotateChannelSecret(Team, Channel, Named.Bytes("second"), 60, Named.Ada),
        ["c-note-channel-gone.1"] = new NoteChannelGone(Team, Channel, Author.Platform),
        ["c-list-channels.1"] = new ListChannels(Team),
        ["c-find-channel.1"] = new FindChannel(Team, Channel),
        ["r-channels.1"] = new TeamChannels([Shown, Shown with { Kind = ChannelKind.Email, Terms = Mail, GoneAt = null }]),
        ["r-channel.1"] = new ChannelFound(Shown, [Named.Bytes("second"), Named.Bytes("secret")]),
    };

    public static Dictionary<string, object> Sending { get; } = new()
    {
        ["c-try.1"] = new TryChannel(Team, Channel),
        ["r-tried.1"] = new ChannelTried(false, "answered:500", "The receiver answered 500, where 200 to 299 is expected."),
    };
}
