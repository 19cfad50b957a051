using System.Buffers.Binary;
using System.Security.Cryptography;
using HostAtlas.Shared.Ids;
using Microsoft.Extensions.Logging;

namespace HostAtlas.Engine.Storage.Sealing.Rotation;

/// <summary>
/// Seals what lies under earlier keys anew under the present one, page by page with pauses: opened at its place, sealed for the same place.
/// A value that somebody changed meanwhile is left alone, for whoever wrote it sealed it with the present key. What does not open stays as
/// it is: nobody can read it with any key. Restartable anywhere: what is done no longer matches.
/// </summary>
public sealed class Resealing(ISealedValues values, TeamSeals seals, PlatformSeal platform, ResealTimes times, TimeProvider time,
    ILogger<Resealing> log)
{
    private const int PageValues = 500;

    private static readonly SealedTable[] OfTeams =
    [
        SealedTable.Teams, SealedTable.Servers, SealedTable.MetricSets, SealedTable.Journal, SealedTable.Snapshots,
        SealedTable.BackupEvidence, SealedTable.MetricHours, SealedTable.MetricMinutes, SealedTable.MetricRows,
        SealedTable.AuditEntries, SealedTable.AuditHeads, SealedTable.TeamChanges, SealedTable.LogLines, SealedTable.Inventories,
        SealedTable.GateEvidence, SealedTable.Notifications,
    ];

    private static readonly SealedTable[] OfPeople = [SealedTable.Journal, SealedTable.Snapshots];

    /// <summary>How many values of a team, or of people (null), lie under earlier keys.</summary>
    public async Task<long> CountAsync(TeamId? team, CancellationToken cancellation)
    {
        var count = 0L;
        foreach (var table in TablesOf(team)) count += await values.CountAsync(team, table, Head(team), cancellation).ConfigureAwait(false);
        return count;
    }

    /// <summary>Seals all of them anew; <paramref name="done"/> hears of each page.</summary>
    public async Task RunAsync(TeamId? team, Action<int> done, CancellationToken cancellation)
    {
        foreach (var table in TablesOf(team))
        {
            for (StoredValue? after = null; ;)
            {
                var page = await values.ReadAsync(team, table, after, Head(team), PageValues, cancellation).ConfigureAwait(false);
                if (page.Count == 0) break;
                var anew = page.Select(value => (Read: value, Anew: SealAnew(team, value))).Where(pair => pair.Anew is not null)
                    .Select(pair => (pair.Read, pair.Anew!)).ToList();
                if (anew.Count > 0) await values.ReplaceAsync(team, table, anew, cancellation).ConfigureAwait(false);
                done(page.Count);
                after = page[^1];
                // Flushes and journal writes that queued up behind the step go first.
                await Task.Delay(times.Pause, time, cancellation).ConfigureAwait(false);
            }
        }
    }

    private static SealedTable[] TablesOf(TeamId? team) => team is null ? OfPeople : OfTeams;

    // Version and key of a value that needs nothing: three bytes for a team's, nine for people's.
    private byte[] Head(TeamId? team)
    {
        if (team is { } id) return seals.Get(id).Head();
        var head = new byte[1 + sizeof(long)];
        head[0] = PlatformSeal.Version;
        BinaryPrimitives.WriteInt64BigEndian(head.AsSpan(1), platform.ActiveRoot);
        return head;
    }

    private byte[]? SealAnew(TeamId? team, StoredValue value)
    {
        try
        {
            if (team is { } id) return seals.Get(id) is var seal ? seal.Seal(value.Place, seal.Open(value.Place, value.Sealed)) : null;
            var (table, detail) = (value.Place.Table, value.Place.Detail);
            return platform.Seal(table, value.Person!, detail, platform.Open(table, value.Person!, detail, value.Sealed));
        }
        catch (Exception broken) when (broken is SealBrokenException or CryptographicException)
        {
            log.LogError("A value of {Owner} stays as it is: {Why}", team is null ? "a person" : $"team {team}", broken.Message);
            return null;
        }
    }
}

/// <summary>How the background pass takes its time.</summary>
/// <param name="Settle">
/// How old a team's newest data key must be before its earlier ones may go. Longer than any node may seal with a key that was replaced:
/// <see cref="TeamSeals.Stale"/> and what a flush takes.
/// </param>
/// <param name="Pause">Between two pages.</param>
/// <param name="Look">From one look for work to the next.</param>
public sealed record ResealTimes(TimeSpan Settle, TimeSpan Pause, TimeSpan Look)
{
    /// <summary>Six minutes, 20 ms, ten seconds.</summary>
    public static readonly ResealTimes Default =
        new(TeamSeals.Stale + TimeSpan.FromMinutes(1), TimeSpan.FromMilliseconds(20), TimeSpan.FromSeconds(10));
}
