using HostAtlas.Engine.Backups.Retention;
using HostAtlas.Engine.Cluster;

namespace HostAtlas.Engine.Backups;

/// <summary>
/// What a command leads to: events and one reply, as for every entity, and what must stand in the tables before the events are journalled.
/// </summary>
public sealed record BackupDecision(IReadOnlyList<IEntityEvent> Events, IEngineReply? Reply)
{
    /// <summary>What a run needs from now on.</summary>
    public Announcement? Announced { get; init; }

    /// <summary>The snapshot that is being committed.</summary>
    public KeptSnapshot? Kept { get; init; }

    /// <summary>What made the chain suspect or frozen, as the agent told it.</summary>
    public KeptEvidence? Evidence { get; init; }

    /// <summary>What a step of a sweep leaves in tables and vault.</summary>
    public SweepWrites? Sweep { get; init; }

    /// <summary>Whether there is nothing to be written.</summary>
    public bool IsAnswerOnly => Events.Count == 0 && Sweep is null;

    /// <summary>Whether the request is spent: it may not come again.</summary>
    public bool IsSpent => Reply is not Refused || Events.Any(happened => happened is RequestAdmitted)
        || Reply is Refused { Kind: RefusalKind.RequestReplayed };

    /// <summary>A refusal.</summary>
    public static BackupDecision Refuse(RefusalKind kind, string detail) => new([], new Refused(kind, detail));

    /// <summary>Only an answer.</summary>
    public static BackupDecision Answer(IEngineReply reply) => new([], reply);
}
