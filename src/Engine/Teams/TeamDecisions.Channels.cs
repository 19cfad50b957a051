using HostAtlas.Engine.Cluster;
using HostAtlas.Shared;
using HostAtlas.Shared.Ids;

namespace HostAtlas.Engine.Teams;

/// <content>On which channels the team is told of what happens.</content>
public static partial class TeamDecisions
{
    /// <summary>Channels of a team.</summary>
    public const int MaxChannels = 10;

    private static readonly Decision NoSuchChannel = Decision.Refuse(RefusalKind.NotFound, "There is no such channel.");

    private static Decision Set(TeamState state, SetChannels command, DateTimeOffset now)
    {
        if (command.Channels.Count > MaxChannels)
            return Decision.Refuse(RefusalKind.Conflict, $"A team has at most {MaxChannels} channels. Leave out one that is not needed.");
        var events = new List<IEntityEvent>();
        foreach (var gone in state.AllChannels.Where(known => command.Channels.All(wanted => wanted.Id != known.Id)))
            events.Add(new ChannelRemoved(gone.Id, gone.Kind, gone.Terms, now, command.By));
        foreach (var wanted in command.Channels)
        {
            var known = state.Channel(wanted.Id);
            if (known is null && !wanted.IsNew) return NoSuchChannel;
            if (known is not null && known.Kind != wanted.Kind)
                return Decision.Refuse(RefusalKind.Conflict, "A channel stays what it is: leave it out and make another one.");
            var terms = new ChannelTerms(wanted.Target, wanted.Events, wanted.Enabled ?? known?.Terms.Enabled ?? true);
            if (known is null) events.Add(new ChannelAdded(wanted.Id, wanted.Kind, terms, wanted.Secret, now, command.By));
            else if (!known.Terms.Same(terms))
                events.Add(new ChannelChanged(known.Id, known.Kind, known.Terms, terms, now, command.By));
        }
        return new Decision(events, Channels(events.Aggregate(state, TeamState.Apply)));
    }

    private static Decision Rotate(TeamState state, RotateChannelSecret command, DateTimeOffset now) =>
        command.OverlapSeconds is < 0 or > Limits.TokenOverlapMaxSeconds
            ? Decision.Refuse(RefusalKind.InvalidContent, "overlapSeconds lies between 0 and a week.")
        : state.Channel(command.Channel) is not { } channel ? NoSuchChannel
        : channel.Kind != ChannelKind.Webhook
            ? Decision.Refuse(RefusalKind.Conflict, "Only webhooks have a secret; mails are not signed.")
        // Sent again after a lost answer, the same secret changes nothing.
        : channel.Secrets[0].Secret.AsSpan().SequenceEqual(command.Secret) ? Granted
        : Decision.Journal(
            new ChannelSecretRotated(
                channel.Id, channel.Terms.Target, command.Secret, now.AddSeconds(command.OverlapSeconds), now, command.By), Done.Instance);

    private static Decision Note(TeamState state, NoteChannelGone command, DateTimeOffset now) =>
        state.Channel(command.Channel) is not { } channel ? NoSuchChannel
        : channel.Terms.Enabled
            ? Decision.Journal(new ChannelGone(channel.Id, channel.Terms.Target, now, command.By), Done.Instance)
            : Granted;

    private static Decision Find(TeamState state, FindChannel command, DateTimeOffset now) =>
        state.Channel(command.Channel) is { } channel
            ? Decision.Answer(new ChannelFound(channel.Shown, [.. channel.SecretsAt(now)]))
            : NoSuchChannel;

    private static TeamChannels Channels(TeamState state) => new([.. state.AllChannels.Select(channel => channel.Shown)]);
}
