using HostAtlas.Engine.Audit;
using HostAtlas.Engine.Backups;
using HostAtlas.Engine.Cluster;
using HostAtlas.Engine.Servers;
using HostAtlas.Engine.Users;

namespace HostAtlas.Engine.Projections;

/// <summary>
/// Which events whoever watches a team hears of: everything that its audit log tells of the team itself, under the same name, and what was
/// merely observed but shows on somebody's screen. A change only says what should be read anew, and holds no value. Pure. What a person
/// does to the own account is no change of a team's.
/// </summary>
public static class ChangeRules
{
    private const string Server = "server", Backups = "backups";

    private static readonly Dictionary<Type, (string Kind, string Subject)> Observed = new()
    {
        [typeof(ServerReported)] = ("server.reported", Server),
        [typeof(ServerSilent)] = ("server.silent", Server),
        [typeof(ServerReturned)] = ("server.returned", Server),
        [typeof(RunBegan)] = ("backups.run-began", Backups),
        [typeof(SnapshotCommitted)] = ("backups.committed", Backups),
        [typeof(RunSilent)] = ("backups.run-silent", Backups),
        [typeof(RunEnded)] = ("backups.run-ended", Backups),
        [typeof(RunMissed)] = ("backups.run-missed", Backups),
        [typeof(FilesHeldBack)] = ("backups.held-back", Backups),
        [typeof(BackupsOverdue)] = ("backups.overdue", Backups),
        [typeof(DrillDone)] = ("backups.drilled", Backups),
        [typeof(RunRefused)] = ("backups.run-refused", Backups),
        [typeof(ChainSuspected)] = ("backups.suspected", Backups),
        [typeof(StillFrozen)] = ("backups.still-frozen", Backups),
    };

    /// <summary>Every kind of change: a closed set.</summary>
    public static IReadOnlyList<string> Kinds { get; } =
    [
        .. AuditRules.Rows.Where(row => !typeof(IAccountEvent).IsAssignableFrom(row.Event)).Select(row => row.Action)
            .Concat(Observed.Values.Select(row => row.Kind)).Order(StringComparer.Ordinal),
    ];

    /// <summary>What an event of a team's entity is to those who watch the team; null for what they do not hear of.</summary>
    public static Change? Of(JournalEntry entry)
    {
        // What does not open, or ended the team's keys, is no event of an entity's: nothing is known of it.
        if (EntityAddress.TeamOf(entry.PersistenceId) is not { } team || entry.Event is not IEntityEvent happened) return null;
        var server = EntityAddress.ServerOf(entry.PersistenceId);
        if (Observed.TryGetValue(happened.GetType(), out var row)) return new Change(row.Kind, row.Subject, server!.Value.Value);
        if (AuditRules.Find(happened) is not { } rule) return null;
        var subject = rule.Facts(happened, server).Subject;
        return new Change(rule.Action, subject.Kind, subject.Id ?? team.Value);
    }
}

/// <summary>Something of a team is not what it was.</summary>
/// <param name="Kind">One of <see cref="ChangeRules.Kinds"/>.</param>
/// <param name="SubjectKind"><c>server</c>, <c>backups</c> (of the server with the id), <c>member</c>, <c>key</c>, …</param>
public sealed record Change(string Kind, string SubjectKind, Guid SubjectId);
