using HostAtlas.Engine.Notifications;

namespace HostAtlas.Engine.Projections;

/// <summary>
/// Puts what people are to be told into the rows, once an event: with the audit log, whose number of the last event that was told a rebuild
/// leaves alone. Pure.
/// </summary>
internal static class HappeningTelling
{
    // A server whose row nobody can read any more still has backups that froze.
    private const string Nameless = "a server";

    /// <summary>Tells an event that the audit log was told just now.</summary>
    public static void Tell(ProjectedRows rows, JournalEntry entry)
    {
        if (HappeningRules.Of(entry.Event) is not { } told || KeyOf(entry) is not { } key || rows.Audit!.IsClosed(key.Server.Team)) return;
        rows.Audit.Happenings.Add(new KeyedHappening(key, new Happening(
            told.Type, ((Cluster.IEntityEvent)entry.Event).At, rows.Find(key.Server)?.Name ?? Nameless, told.Cause, told.Since)));
    }

    /// <summary>The happening that an event of a server's entity is.</summary>
    public static HappeningKey? KeyOf(JournalEntry entry) =>
        EntityAddress.TryReadBackups(entry.PersistenceId, out var server) ? new(server, HappeningRoom.Backups, entry.SequenceNr)
        : EntityAddress.TryReadServer(entry.PersistenceId, out server) ? new(server, HappeningRoom.Server, entry.SequenceNr)
        : null;
}
