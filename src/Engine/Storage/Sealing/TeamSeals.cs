using System.Collections.Concurrent;
using System.Data.Common;
using System.Security.Cryptography;
using HostAtlas.Shared.Ids;

namespace HostAtlas.Engine.Storage.Sealing;

/// <summary>
/// The seals of all teams over a <see cref="IKeyStore"/>, each kept for a minute: then the rows are read again, which is how a node hears
/// that another one rotated or destroyed a team's keys.
/// </summary>
public sealed class TeamSeals(IKeyStore store, RootKeys roots, TimeProvider time) : ITeamSeals
{
    // About 2 KB each. When there are more teams, the ones not heard of lately go, all at once: simple, and rare.
    private const int MostKept = 20_000;
    private static readonly TimeSpan Fresh = TimeSpan.FromMinutes(1), TryAgain = TimeSpan.FromSeconds(5);

    /// <summary>
    /// For how long keys that were read are used while the database cannot be read. After that nothing on any node seals with a key that
    /// was replaced since, which is what lets the replaced one be destroyed one day.
    /// </summary>
    public static readonly TimeSpan Stale = TimeSpan.FromMinutes(5);

    private readonly ConcurrentDictionary<TeamId, Entry> _kept = new();
    private int _changes;

    /// <inheritdoc />
    public TeamSeal Get(TeamId team)
    {
        if (Find(team) is { } seal) return seal;
        var key = RandomNumberGenerator.GetBytes(DataKey.KeyBytes);
        store.Add(roots.Wrap(team, 1, key, time.GetUtcNow()));
        CryptographicOperations.ZeroMemory(key);
        // Read back rather than kept: another node may have been first, and what the database has is what counts.
        return Load(team) ?? throw new InvalidOperationException($"The first key of team {team} was not kept.");
    }

    /// <inheritdoc />
    public TeamSeal? Find(TeamId team)
    {
        var (kept, now) = (_kept.GetValueOrDefault(team), time.GetUtcNow());
        if (kept is not null && now < kept.AgainAt) return kept.Usable(team);
        try
        {
            return Load(team);
        }
        catch (DbException) when (kept is not null && now < kept.LoadedAt + Stale)
        {
            // Tried again soon, but not for every value: each attempt may wait for a database that is away.
            var soon = now + TryAgain < kept.LoadedAt + Stale ? now + TryAgain : kept.LoadedAt + Stale;
            _kept.TryUpdate(team, kept with { AgainAt = soon }, kept);
            // A database that is away changes no key: what was read a little ago still opens and seals.
            return kept.Usable(team);
        }
    }

    /// <inheritdoc />
    public bool IsDestroyed(TeamId team) => _kept.TryGetValue(team, out var kept) && kept.Seal is null;

    /// <summary>
    /// Reads a team's keys anew, after they were changed here. A look-up that read them before the change and ends after it does not count.
    /// </summary>
    public void Refresh(TeamId team)
    {
        Interlocked.Increment(ref _changes);
        _kept.TryRemove(team, out _);
        try
        {
            Load(team);
        }
        catch (TeamKeyDestroyedException)
        {
            // Known here from now on, which is what was wanted.
        }
    }

    private TeamSeal? Load(TeamId team)
    {
        var changes = Volatile.Read(ref _changes);
        var rows = store.Load(team);
        if (rows.Count == 0) return null;
        var living = rows.Where(row => row.DestroyedAt is null).ToList();
        var old = _kept.GetValueOrDefault(team)?.Seal;
        // The same keys: the same object, with the ciphers it has derived.
        var seal = living.Count == 0 ? null
            : old is not null && old.Numbers.SequenceEqual(living.Select(row => row.Number)) ? old
            : new TeamSeal(team, [.. living.Select(row => new DataKey(row.Number, roots.Unwrap(row)))]);
        var entry = new Entry(seal, time.GetUtcNow(), time.GetUtcNow() + Fresh);
        if (_kept.Count >= MostKept) _kept.Clear();
        if (changes == Volatile.Read(ref _changes)) _kept[team] = entry;
        return entry.Usable(team);
    }

    private sealed record Entry(TeamSeal? Seal, DateTimeOffset LoadedAt, DateTimeOffset AgainAt)
    {
        public TeamSeal Usable(TeamId team) => Seal ?? throw new TeamKeyDestroyedException(team);
    }
}
