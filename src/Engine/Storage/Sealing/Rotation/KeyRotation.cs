using System.Data.Common;
using System.Security.Cryptography;
using HostAtlas.Shared.Ids;
using Microsoft.Extensions.Logging;

namespace HostAtlas.Engine.Storage.Sealing.Rotation;

/// <summary>
/// Rotates the platform's keys. A new root key goes into <c>root.key</c>, each team gets a new data key under it, and the teams' earlier
/// data keys are wrapped anew by it. What is left to do follows from the database and the ring alone, so a rotation that was killed
/// anywhere is finished by the next <see cref="Settle"/>: the ring still holds the earlier roots, and every order of half-done steps opens.
/// </summary>
public sealed class KeyRotation(RootKeys roots, RootKeyFile file, IKeyStore store, TeamSeals seals, TimeProvider time,
    ILogger<KeyRotation> log)
{
    private const int TeamsAPage = 500;

    private readonly Lock _turn = new();

    /// <summary>
    /// Rotates. <see cref="RootKeyFileException"/> when the file cannot be changed, <see cref="InvalidOperationException"/> when the ring
    /// is full, <see cref="DbException"/> when the database is away; nothing happened then. <see cref="RotationUnfinishedException"/> when
    /// the database went away after the file had been changed.
    /// </summary>
    /// <returns>How many teams got a new data key.</returns>
    public int Rotate()
    {
        lock (_turn)
        {
            if (roots.Ids.Count >= RootKeys.MostKeys)
                throw new InvalidOperationException($"The ring holds {RootKeys.MostKeys} root keys, which is the most it may.");
            // Asked first: a database that is away must not leave the operator with a new root key and the word that nothing was done.
            store.LoadPage(null, 1);
            var root = RandomNumberGenerator.GetBytes(RootKeys.KeyBytes);
            var ring = roots.ToBytes();
            // The file first: nothing is ever wrapped by a key that only this process knows.
            file.Write(ring, [.. root, .. ring]);
            roots.Prepend(root);
            try
            {
                return Settle();
            }
            catch (DbException away)
            {
                throw new RotationUnfinishedException(away);
            }
        }
    }

    /// <summary>Brings every team's keys under the newest root; does nothing where they are. Safe to repeat and to kill.</summary>
    /// <returns>How many teams got a new data key.</returns>
    public int Settle()
    {
        lock (_turn)
        {
            var rotated = 0;
            TeamId? after = null;
            while (true)
            {
                var teams = store.LoadPage(after, TeamsAPage).GroupBy(key => key.Team).ToList();
                var changed = teams.SelectMany(keys => TryPlan([.. keys])).ToList();
                if (changed.Count > 0) store.Put(changed);
                foreach (var team in changed.Select(key => key.Team).Distinct())
                {
                    seals.Refresh(team);
                    rotated++;
                }
                if (teams.Count < TeamsAPage) break;
                after = teams[^1].Key;
            }
            if (rotated > 0) log.LogInformation("{Teams} teams have keys under the newest root key.", rotated);
            return rotated;
        }
    }

    private List<WrappedKey> TryPlan(IReadOnlyList<WrappedKey> keys)
    {
        try
        {
            return [.. Plan(roots, keys, time.GetUtcNow())];
        }
        catch (CryptographicException unreadable)
        {
            // One damaged row must not keep all other teams under an old root.
            log.LogError(unreadable, "The keys of team {Team} do not open and stay as they are; restore data.db.", keys[0].Team);
            return [];
        }
    }

    /// <summary>
    /// What has to be written for one team, given all its keys in order: a new data key unless the newest one is under the newest root
    /// already, and each earlier one that is not wrapped anew. Nothing for a team whose keys were destroyed.
    /// </summary>
    internal static IEnumerable<WrappedKey> Plan(RootKeys roots, IReadOnlyList<WrappedKey> keys, DateTimeOffset now)
    {
        var living = keys.Where(key => key.DestroyedAt is null).ToList();
        if (living.Count == 0) yield break;
        var newest = living[^1];
        if (newest.RootId != roots.NewestId && keys[^1].Number < ushort.MaxValue)
        {
            var fresh = RandomNumberGenerator.GetBytes(DataKey.KeyBytes);
            yield return roots.Wrap(newest.Team, keys[^1].Number + 1, fresh, now);
            CryptographicOperations.ZeroMemory(fresh);
        }
        foreach (var key in living.Where(key => key.RootId != roots.NewestId))
        {
            var plain = roots.Unwrap(key);
            yield return roots.Wrap(key.Team, key.Number, plain, key.MadeAt);
            CryptographicOperations.ZeroMemory(plain);
        }
    }
}

/// <summary>
/// <c>root.key</c> has a new key, and the database went away before the teams' keys were under it. They follow by themselves.
/// </summary>
public sealed class RotationUnfinishedException(Exception cause) : Exception(
    "root.key HAS a new key at its head: back it up now. The database went away before the teams' keys were under it; that is finished "
    + "as soon as it is back. Do not rotate again; see: ops keys show", cause);
