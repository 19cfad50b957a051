using HostAtlas.Engine.Cluster;
using HostAtlas.Engine.Inventory;
using HostAtlas.Shared;
using HostAtlas.Shared.Tokens;

namespace HostAtlas.Engine.Servers;

/// <summary>What the door decides. Pure.</summary>
public static class ServerDecisions
{
    private static readonly Refused BadCredential =
        new(RefusalKind.CredentialsRejected, "The token is not valid here. Rotate it and enrol again.");
    private static readonly Refused OutsideWindow = new(
        RefusalKind.TimestampOutsideWindow, "X-Timestamp lies outside of the window. Sign again with the platform's time.");

    /// <summary>The answers of a door that lets a verified request in and has no room, or knows it already.</summary>
    internal static readonly Refused
        Replayed = new(RefusalKind.RequestReplayed, "This request was taken before. Sign anew and keep the batch id."),
        Busy = new(RefusalKind.EngineBusy, "The store is busy; nothing was kept. Send it again.", RetryAfterSeconds: 2),
        TooMany = new(RefusalKind.RateLimited, "This server sent too many requests. Wait 60 seconds, and send larger batches.",
            RetryAfterSeconds: 60),
        UnknownPayload = new(RefusalKind.Internal, "This version does not know the payload.");

    /// <summary>A command that changes what is kept.</summary>
    public static Decision Decide(ServerState state, IServerCommand command, DateTimeOffset now, TimeSpan silentAfter) => command switch
    {
        CloseDoor when state.ClosedAt is not null => Decision.Answer(Done.Instance),
        CloseDoor c => Decision.Journal(new DoorClosed(now, c.By), Done.Instance),
        CheckSilence when state.ClosedAt is not null => Decision.Nothing,
        QueueCommand c => CommandDecisions.Queue(state, c, now),
        ListCommands => CommandDecisions.List(state, now),
        _ when state.ClosedAt is not null => Decision.Refuse(RefusalKind.NotFound, "There is no such server."),
        IssueToken { OverlapSeconds: < 0 or > Limits.TokenOverlapMaxSeconds } =>
            Decision.Refuse(RefusalKind.InvalidContent, "overlapSeconds lies between 0 and a week."),
        // Sent again after a lost answer, the same token changes nothing.
        IssueToken c when !state.Tokens.IsEmpty && state.Tokens[0].Hash == c.Hash => Decision.Answer(Done.Instance),
        IssueToken c => Decision.Journal(
            new TokenIssued(c.Hash, now.AddSeconds(c.OverlapSeconds), now, c.By) { Name = c.Name }, Done.Instance),
        CheckSilence c => state is { FirstReportAt: not null, SilentSince: null } && now - c.LastSeenAt > silentAfter
            ? Decision.Journal(new ServerSilent(c.LastSeenAt, now), null)
            : Decision.Nothing,
        _ => Decision.Refuse(RefusalKind.Internal, "This version does not know the command."),
    };

    /// <summary>
    /// What an inventory changes that was compared with the one before; nothing when it is the same, or when just this change was told.
    /// </summary>
    public static IEntityEvent? Compared(ServerState state, InventoryChanges changes, Author agent, DateTimeOffset now) =>
        changes.Sections.Count == 0 || changes.Digest == state.InventoryDigest
            ? null
            : new InventoryChanged(changes.Digest, state.InventoryDigest is null, changes.Sections, now, agent);

    /// <summary>
    /// What a durable report changes: the first one and the first after a silence are worth an event, all others are not.
    /// </summary>
    public static IEntityEvent? Heard(ServerState state, DateTimeOffset now) =>
        // A batch that was under way when the server was deleted is kept and seen by nobody.
        state.ClosedAt is not null ? null
        : state.FirstReportAt is null ? new ServerReported(now)
        : state.SilentSince is not null ? new ServerReturned(now)
        : null;

    /// <summary>Whether a verified request may pass the door; null when it may.</summary>
    public static Refused? Admit(ServerState state, AgentRequest request, DateTimeOffset now, TimeSpan window)
    {
        if (!StoredTokens.Hold(state.Tokens, request.Token, now)) return BadCredential;
        // The gateway has checked the window by its own clock; a gateway whose clock is off must not keep old signatures alive.
        return Math.Abs(now.ToUnixTimeSeconds() - request.TimestampSeconds) > (long)window.TotalSeconds ? OutsideWindow : null;
    }
}
