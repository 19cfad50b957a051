using CsCheck;
using HostAtlas.Engine.Backups;
using HostAtlas.Engine.Cluster;
using HostAtlas.Engine.Presence;
using HostAtlas.Engine.Projections;
using HostAtlas.Engine.Servers;
using HostAtlas.Engine.Teams;
using HostAtlas.Shared.Ids;

namespace HostAtlas.Engine.Tests.Projections;

/// <summary>Journals as two teams with three servers each could have written them, in any interleaving that causality allows.</summary>
internal static class JournalScript
{
    public static readonly TeamId[] Teams = [Named.Id<TeamId>("red"), Named.Id<TeamId>("blue")];

    public static readonly ServerKey[] Servers =
        [.. Teams.SelectMany((team, t) => Enumerable.Range(0, 3).Select(s => new ServerKey(team, Named.Id<ServerId>($"{t}-{s}"))))];

    /// <summary>Any journal of up to 80 events; it ends with one more event of every entity that wrote any.</summary>
    public static readonly Gen<IReadOnlyList<JournalEntry>> Journals = Gen.Int[0, 9999].Array[0, 80].Select(Write);

    /// <summary>A journal in which everything happens.</summary>
    public static readonly IReadOnlyList<JournalEntry> Full = Write([.. Enumerable.Range(0, 80)]);

    public static string TeamPid(TeamId team) => $"team-{team}";

    public static string ServerPid(ServerKey server) => $"server-{server}";

    public static string BackupsPid(ServerKey server) => $"backup-{server}";

    private static IReadOnlyList<JournalEntry> Write(int[] dice)
    {
        var journal = new List<JournalEntry>();
        var numbers = new Dictionary<string, long>();
        var (joined, removed) = (new HashSet<ServerKey>(), new HashSet<ServerKey>());
        foreach (var die in dice)
        {
            var t = die % 2;
            var server = Servers[(t * 3) + (die / 2 % 3)];
            var at = Named.Noon.AddSeconds(journal.Count);
            var founded = numbers.GetValueOrDefault(TeamPid(Teams[t])) > 1;
            if (!founded)
            {
                Journal(TeamPid(Teams[t]), new InvitationIssued(
                    Named.Id<InvitationId>("i"), Named.Hash("i"), TeamRole.Owner, at, at, Named.Ada));
                Journal(TeamPid(Teams[t]), new TeamFounded($"team {t}", at, Named.Ada));
            }
            else if (joined.Contains(server) && die / 6 % 3 > 0)
            {
                if (die / 18 % 5 == 4)
                {
                    // Also backups, which have no row; of the two events one stands in the audit log.
                    Journal(BackupsPid(server), die / 90 % 2 == 0
                        ? new ScheduleChanged(null, $"{die % 60} 2 * * *", at, null) : new RunMissed(at, at));
                    continue;
                }
                Journal(ServerPid(server), (IEntityEvent)((die / 18 % 5) switch
                {
                    0 => new TokenIssued(Named.Hash("t"), at, at, Named.Ada),
                    1 => new ServerReported(at),
                    2 => new ServerSilent(at, at),
                    _ => new ServerReturned(at),
                }));
            }
            else if (joined.Add(server))
            {
                Journal(TeamPid(Teams[t]), new ServerJoined(server.Server, $"server {die}", at, Named.Ada));
            }
            else
            {
                Journal(TeamPid(Teams[t]), (IEntityEvent)((die / 18 % 4) switch
                {
                    2 when !removed.Contains(server) => new ServerRenamed(server.Server, "old", $"renamed {die}", at, Named.Ada),
                    // One of each team, and its door goes on writing for a while.
                    3 when die / 2 % 3 == 0 && removed.Add(server) => new ServerRemoved(server.Server, "old", at, Named.Ada),
                    1 or 3 => new KeyRevoked(Named.Id<KeyId>("k"), "k", at, Named.Ada),
                    _ => new PlanSet(die % 5 == 0 ? null : die % 5, at, Named.Ada),
                }));
            }
        }
        foreach (var entity in numbers.Keys.Order(StringComparer.Ordinal).Reverse().ToList())
        {
            var end = Named.Noon.AddHours(1);
            if (EntityAddress.TryReadTeam(entity, out _)) Journal(entity, new PlanSet(7, end, Named.Ada));
            else if (EntityAddress.TryReadBackups(entity, out _)) Journal(entity, new NewChainApproved(end, Named.Ada));
            else Journal(entity, new ServerReported(end));
        }
        return journal;

        void Journal(string pid, IEntityEvent happened)
        {
            numbers[pid] = numbers.GetValueOrDefault(pid) + 1;
            // Offsets rise and have gaps, as a database's do.
            journal.Add(new JournalEntry((journal.Count * 3) + 1, pid, numbers[pid], happened));
        }
    }
}
