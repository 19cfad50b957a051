using HostAtlas.Engine.Audit;
using HostAtlas.Engine.Cluster;

namespace HostAtlas.Engine.Projections;

/// <summary>
/// Tells events to the audit logs: each event of each entity once, in the entity's own order, so that telling it again adds nothing and one
/// that was never seen is found. Pure.
/// </summary>
internal static class AuditTelling
{
    /// <summary>What would come of telling an event now.</summary>
    public static Telling Look(AuditRows rows, JournalEntry entry)
    {
        var known = rows.Known(entry.PersistenceId);
        return entry.SequenceNr <= known ? Telling.KnownBefore : entry.SequenceNr == known + 1 ? Telling.Told : Telling.Hole;
    }

    /// <summary>Tells an event that follows the last known one.</summary>
    public static void Tell(AuditRows rows, JournalEntry entry)
    {
        rows.Note(entry.PersistenceId, entry.SequenceNr);
        if (ChangeRules.Of(entry) is { } change && EntityAddress.TeamOf(entry.PersistenceId) is { } concerned && !rows.IsClosed(concerned))
            rows.Changes.Add(concerned, ((IEntityEvent)entry.Event).At, change);
        var source = new AuditSource(entry.PersistenceId, entry.SequenceNr);
        switch (entry.Event)
        {
            // Nobody can read what the team kept, and nobody can add to it.
            case KeysDestroyed:
                break;
            // Which teams a person's event concerns stands in what does not open: the platform's log is all that has it.
            case DoesNotOpen damaged when EntityAddress.TeamOf(entry.PersistenceId) is { } team:
                rows.Add(team, number => new AuditEntry(team, number, damaged.JournalledAt, null, AuditRules.EventDamaged,
                    new AuditFacts(SubjectOf(entry.PersistenceId)), source));
                break;
            case IEntityEvent happened when AuditRules.Find(happened) is { } rule:
                var facts = rule.Facts(happened, EntityAddress.ServerOf(entry.PersistenceId));
                foreach (var team in AuditRules.TeamsOf(entry.PersistenceId, happened))
                    rows.Add(team, number => new AuditEntry(
                        team, number, happened.At, (happened as IAuditedEvent)?.By, rule.Action, facts, source));
                break;
        }
    }

    private static AuditSubject SubjectOf(string persistenceId) => EntityAddress.ServerOf(persistenceId) is { } server
        ? new AuditSubject(EntityAddress.TryReadBackups(persistenceId, out _) ? "backups" : "server", server.Value)
        : new AuditSubject("team", null);
}
