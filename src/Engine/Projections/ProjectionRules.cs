using HostAtlas.Engine.Presence;
using HostAtlas.Engine.Servers;
using HostAtlas.Engine.Teams;
using HostAtlas.Shared;
using HostAtlas.Shared.Ids;

namespace HostAtlas.Engine.Projections;

/// <summary>What came of telling one event to the rows.</summary>
public enum Telling
{
    /// <summary>The rows know it now, or it is none of their business.</summary>
    Told,

    /// <summary>The rows knew it already.</summary>
    KnownBefore,

    /// <summary>Events of the same entity between the last known one and this one were never seen. Nothing was changed.</summary>
    Hole,
}

/// <summary>
/// The journal told again as rows. Pure: the same events in the same order give the same rows, and an event that is told twice changes
/// nothing, because each row keeps its entity's last sequence number.
/// </summary>
public static class ProjectionRules
{
    /// <summary>
    /// Tells one event to the rows and to the audit logs, which have a last number of their own for each entity: either of the two may know
    /// more than the other, and what one lacks is a hole for both.
    /// </summary>
    public static Telling Tell(ProjectedRows rows, JournalEntry entry)
    {
        if (!EntityAddress.IsEntity(entry.PersistenceId)) return Telling.Told;
        var audit = rows.Audit is { } logs ? AuditTelling.Look(logs, entry) : Telling.KnownBefore;
        if (audit == Telling.Hole) return Telling.Hole;
        var row = EntityAddress.TryReadTeam(entry.PersistenceId, out var team) ? TellTeam(rows, team, entry)
            : EntityAddress.TryReadServer(entry.PersistenceId, out var server) ? TellServer(rows, server, entry)
            : Telling.Told;
        if (row != Telling.Hole && audit == Telling.Told)
        {
            AuditTelling.Tell(rows.Audit!, entry);
            HappeningTelling.Tell(rows, entry);
        }
        return row == Telling.KnownBefore ? audit : row;
    }

    /// <summary>
    /// The last sequence number of an entity that all rows of it know, 0 for none: of its row, where it has one or may make it itself (a
    /// team, or a server that has joined), and of the audit logs. Null when it has neither: a server without a row has not joined as far as
    /// its team's row knows, so the team's journal brings it and its own cannot.
    /// </summary>
    public static long? LastKnown(ProjectedRows rows, string persistenceId)
    {
        var row = EntityAddress.TryReadTeam(persistenceId, out var team) ? rows.Find(team)?.EntitySeq ?? 0
            : EntityAddress.TryReadServer(persistenceId, out var server) ? rows.Find(server)?.EntitySeq
            : null;
        var told = rows.Audit is { } logs && EntityAddress.IsEntity(persistenceId) ? logs.Known(persistenceId) : (long?)null;
        return row is null ? told : told is null ? row : Math.Min(row.Value, told.Value);
    }

    /// <summary>The server whose row an event of its team touches; null for all other events.</summary>
    public static ServerId? ServerOf(object happened) => happened switch
    {
        ServerJoined joined => joined.Server,
        ServerRenamed renamed => renamed.Server,
        ServerRemoved removed => removed.Server,
        _ => null,
    };

    /// <summary>Whether telling the entry leaves behind what there is to be known of its entity: a row, where it is a team.</summary>
    public static bool MakesRow(ProjectedRows rows, JournalEntry entry) =>
        entry.Event is TeamFounded || !EntityAddress.TryReadTeam(entry.PersistenceId, out var team) || rows.Find(team) is not null;

    private static Telling TellTeam(ProjectedRows rows, TeamId team, JournalEntry entry)
    {
        if (entry.Event is KeysDestroyed)
        {
            rows.Drop(team);
            return Telling.Told;
        }
        var row = rows.Find(team);
        if (row is null)
        {
            switch (entry.Event)
            {
                case DoesNotOpen:
                    rows.PassOver(entry.PersistenceId);
                    return Telling.Told;
                case TeamFounded founded:
                    rows.Put(new ProjectedTeam(team, founded.Name, Ms(founded.At), Limits.FreePlanServers, entry.SequenceNr));
                    return Telling.Told;
                // Invitations come before the founding; a team that nobody founded has no row.
                case InvitationIssued:
                    return Telling.Told;
                // The founding was among what does not open.
                case var _ when rows.IsPassedOver(entry.PersistenceId):
                    return Telling.Told;
                default:
                    return Telling.Hole;
            }
        }
        if (entry.SequenceNr <= row.EntitySeq) return Telling.KnownBefore;
        if (entry.SequenceNr > row.EntitySeq + 1) return Telling.Hole;
        if (entry.Event is ServerJoined joined && rows.Find(new ServerKey(team, joined.Server)) is null)
            rows.Put(new ProjectedServer(new ServerKey(team, joined.Server), joined.Name, Ms(joined.At), null, null, 0));
        if (entry.Event is ServerRenamed named && rows.Find(new ServerKey(team, named.Server)) is { } server)
            rows.Put(server with { Name = named.To });
        // What the door writes after its server was deleted finds no row, and is passed over.
        if (entry.Event is ServerRemoved removed) rows.Drop(new ServerKey(team, removed.Server));
        // An event that no column tells of still moves the number on, or the next one would look like a hole.
        var changed = entry.Event switch
        {
            TeamRenamed renamed => row with { Name = renamed.To },
            PlanSet plan => row with { Plan = plan.Servers },
            _ => row,
        };
        rows.Put(changed with { EntitySeq = entry.SequenceNr });
        return Telling.Told;
    }

    private static Telling TellServer(ProjectedRows rows, ServerKey server, JournalEntry entry)
    {
        if (entry.Event is KeysDestroyed)
        {
            rows.Drop(server.Team);
            return Telling.Told;
        }
        // A door is opened only after its server joined. Should the joining be a hole of the team's journal, the row appears with number 0
        // when that hole is read, and the next event of the door then brings everything that was passed over here.
        if (rows.Find(server) is not { } row) return Telling.Told;
        if (entry.SequenceNr <= row.EntitySeq) return Telling.KnownBefore;
        if (entry.SequenceNr > row.EntitySeq + 1) return Telling.Hole;
        rows.Put(entry.Event switch
        {
            ServerReported reported => row with { FirstReportMs = Ms(reported.At), EntitySeq = entry.SequenceNr },
            ServerSilent silent => row with { SilentSinceMs = Ms(silent.At), EntitySeq = entry.SequenceNr },
            ServerReturned => row with { SilentSinceMs = null, EntitySeq = entry.SequenceNr },
            _ => row with { EntitySeq = entry.SequenceNr },
        });
        return Telling.Told;
    }

    private static long Ms(DateTimeOffset time) => time.ToUnixTimeMilliseconds();
}
