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
    private static readonly TimeSpan Fresh = TimeSpan.FromMinutes(1);

    private readonly ConcurrentDictionary<TeamId, Entry> _kept = new();

    /// <inheritdoc />
    public TeamSeal Get(TeamId team)
    {
        if (Find(team) is { } seal) return seal;
        var key = RandomNumberGenerator.GetBytes(DataKey.KeyBytes);
        store.Add(new WrappedKey(team, 1, roots.NewestId, roots.Wrap(team, 1, key), time.GetUtcNow(), null));
        CryptographicOperations.ZeroMemory(key);
        // Read back rather than kept: another node may have been first, and what the database has is what counts.
        return Load(team) ?? throw new InvalidOperationException($"The first key of team {team} was not kept.");
    }

    /// <inheritdoc />
    public TeamSeal? Find(TeamId team)
    {
        var kept = _kept.GetValueOrDefault(team);
        if (kept is not null && time.GetUtcNow() - kept.LoadedAt < Fresh) return kept.Usable(team);
        try
        {
            return Load(team);
        }
        catch (DbException) when (kept is not null)
        {
            // A database that is away changes no key: what was read a minute ago still opens and seals.
            return kept.Usable(team);
        }
    }

    /// <summary>Forgets what is kept of a team, so that the next look-up reads the database: after its keys were changed here.</summary>
    public void Forget(TeamId team) => _kept.TryRemove(team, out _);

    private TeamSeal? Load(TeamId team)
    {
        var rows = store.Load(team);
        if (rows.Count == 0) return null;
        var living = rows.Where(row => row.DestroyedAt is null).ToList();
        var old = _kept.GetValueOrDefault(team)?.Seal;
        // The same keys: the same object, with the ciphers it has derived.
        var seal = living.Count == 0 ? null
            : old is not null && old.Numbers.SequenceEqual(living.Select(row => row.Number)) ? old
            : new TeamSeal(team, [.. living.Select(row => new DataKey(row.Number, roots.Unwrap(row)))]);
        if (_kept.Count >= MostKept) _kept.Clear();
        var entry = _kept[team] = new Entry(seal, time.GetUtcNow());
        return entry.Usable(team);
    }

    private sealed record Entry(TeamSeal? Seal, DateTimeOffset LoadedAt)
    {
        public TeamSeal Usable(TeamId team) => Seal ?? throw new TeamKeyDestroyedException(team);
    }
}
