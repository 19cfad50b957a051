using HostAtlas.Engine.Audit;
using HostAtlas.Engine.Notifications;
using HostAtlas.Shared.Ids;

namespace HostAtlas.Engine.Projections;

/// <summary>
/// What a batch of events adds to the audit logs: for each entity, people and backups among them, the last event that was told, and for
/// each team concerned the end of its log, to which entries are added. Nothing is ever taken away.
/// </summary>
public sealed class AuditRows
{
    private readonly Dictionary<string, long> _known;
    private readonly Dictionary<TeamId, AuditTail> _tails;
    private readonly HashSet<string> _changed = [];
    private readonly List<ChainedEntry> _added = [];

    /// <param name="known">The last event told of each entity that has one.</param>
    /// <param name="tails">The ends of the logs of the teams concerned; a team that is missing has none yet.</param>
    /// <param name="changes">The numbers of the last changes of the teams concerned; a team that is missing has none yet.</param>
    public AuditRows(IEnumerable<KeyValuePair<string, long>> known, IEnumerable<KeyValuePair<TeamId, AuditTail>> tails,
        IEnumerable<KeyValuePair<TeamId, long>>? changes = null) =>
        (_known, _tails, Changes) = (new(known, StringComparer.Ordinal), new(tails), new ChangeRows(changes ?? []));

    /// <summary>What those who watch the teams hear of: told with the same numbers, so each event is told once to them as well.</summary>
    public ChangeRows Changes { get; }

    /// <summary>What people are to be told, of the events that are told here.</summary>
    public List<KeyedHappening> Happenings { get; } = [];

    /// <summary>Entries to be added, each team's in order.</summary>
    public IReadOnlyList<ChainedEntry> Added => _added;

    /// <summary>Entities of which more is told now, with the last event.</summary>
    public IEnumerable<(string PersistenceId, long SequenceNr)> Changed => _changed.Select(id => (id, _known[id]));

    /// <summary>Where the logs end that were added to.</summary>
    public IEnumerable<(TeamId Team, AuditHead Head)> NewHeads =>
        _added.GroupBy(entry => entry.Team).Select(entries => (entries.Key, HeadOf(entries.Last())));

    /// <summary>The last event of an entity that was told; 0 before the first.</summary>
    public long Known(string persistenceId) => _known.GetValueOrDefault(persistenceId);

    /// <summary>Takes note of an event, whether or not there was anything to say of it.</summary>
    public void Note(string persistenceId, long sequenceNr)
    {
        _known[persistenceId] = sequenceNr;
        _changed.Add(persistenceId);
    }

    /// <summary>Adds an entry, made for its number. A team whose keys were destroyed keeps none.</summary>
    public void Add(TeamId team, Func<long, AuditEntry> entry)
    {
        var tail = _tails.GetValueOrDefault(team) ?? AuditTail.None(team);
        if (tail.IsClosed) return;
        if (tail.IsBroken)
        {
            // What was there cannot be vouched for any more. The log goes on, and says at which place everybody must stop trusting it:
            // the next hash begins anew, so no verification passes here either.
            tail = tail with { Head = tail.Head with { Hash = AuditChain.Start(team) }, IsBroken = false };
            var at = entry(tail.Head.Number + 1).At;
            Append(ref tail, new AuditEntry(team, tail.Head.Number + 1, at, Author.Platform, AuditRules.LogBroken,
                new AuditFacts(new AuditSubject("log", null)), null));
        }
        Append(ref tail, entry(tail.Head.Number + 1));
        _tails[team] = tail;
    }

    /// <summary>Whether the team's keys were destroyed: nothing can be added for it.</summary>
    public bool IsClosed(TeamId team) => _tails.GetValueOrDefault(team)?.IsClosed == true;

    private void Append(ref AuditTail tail, AuditEntry entry)
    {
        var canonical = entry.ToCanonical();
        var added = new ChainedEntry(
            entry.Team, entry.Number, entry.At.ToUnixTimeMilliseconds(), AuditChain.Next(tail.Head.Hash, canonical), canonical);
        _added.Add(added);
        tail = tail with { Head = HeadOf(added) };
    }

    private static AuditHead HeadOf(ChainedEntry entry) => new(entry.Number, entry.Hash, entry.AtMs);
}

/// <summary>Where a team's log ends, as the store has it.</summary>
/// <param name="Head">When the log is broken only its number counts, which is then the highest that anything has.</param>
/// <param name="IsBroken">The head does not open, is vouched for by no root key, or does not belong to the last entry.</param>
/// <param name="IsClosed">The team's keys were destroyed: nothing can be added.</param>
public sealed record AuditTail(AuditHead Head, bool IsBroken = false, bool IsClosed = false)
{
    /// <summary>Of a log without entries.</summary>
    public static AuditTail None(TeamId team) => new(new AuditHead(0, AuditChain.Start(team), 0));

    /// <summary>Of a team whose keys were destroyed.</summary>
    public static readonly AuditTail Closed = new(new AuditHead(0, [], 0), IsClosed: true);
}

/// <summary>Of which entities and teams the audit rows are wanted.</summary>
public sealed record AuditWanted(IReadOnlyCollection<string> Entities, IReadOnlyCollection<TeamId> Teams)
{
    /// <summary>None.</summary>
    public static readonly AuditWanted Nothing = new([], []);
}
