using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using HostAtlas.Agent.Credentials;
using HostAtlas.Agent.Spool;
using HostAtlas.Agent.Uplink;
using HostAtlas.Shared.Backups;
using HostAtlas.Shared.Ids;
using HostAtlas.Shared.Wire;

namespace HostAtlas.Agent.Backup.Transfer;

/// <summary>
/// The platform's backup endpoints. Each is idempotent, so a request without an answer, or one that came while the platform was busy, is
/// signed anew and repeated until <see cref="Patience"/> is over. Thread-safe; one request at a time.
/// </summary>
public sealed class BackupApi(PlatformClient client, Func<AgentToken> token, TimeProvider time, Func<double> random) : IDisposable
{
    private const string BeginPath = "/api/agent/backups/begin", UploadsPath = "/api/agent/backups/uploads";
    private const string CommitPath = "/api/agent/backups/commit", ListPath = "/api/agent/backups/list";
    private const string DownloadsPath = "/api/agent/backups/downloads", DrillPath = "/api/agent/backups/drill";

    private static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(1);

    private readonly SemaphoreSlim _one = new(1, 1);
    private readonly PlatformClock _clock = new();

    /// <summary>How long the platform may be unreachable or busy before a run gives up.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromMinutes(30);

    /// <summary>Hears why something has to be repeated.</summary>
    public Action<string>? OnTrouble { get; init; }

    /// <summary>The committed snapshots, the newest first.</summary>
    public async Task<IReadOnlyList<SnapshotItem>> ListAsync(CancellationToken cancellation) =>
        (await AskAsync(ListPath, request => new BackupListing(request), WireJson.Default.BackupListing, WireJson.Default.BackupList, 200,
            cancellation).ConfigureAwait(false)).Items ?? [];

    /// <summary>Begins a run. Canaries: those that are watched, and those that changed.</summary>
    public Task<BackupProceeds> BeginAsync(
        SnapshotId snapshot, SnapshotId? parent, string? schedule, CanaryReport? canaries, CancellationToken cancellation)
    {
        JsonElement? told = canaries is null ? null : JsonSerializer.SerializeToElement(canaries, WireJson.Default.CanaryReport);
        return AskAsync(BeginPath, request => new BackupBegin(request, snapshot, parent, schedule, told), WireJson.Default.BackupBegin,
            WireJson.Default.BackupProceeds, 200, cancellation);
    }

    /// <summary>Names new objects and those that are used again.</summary>
    public Task<UploadsAnswer> UploadsAsync(SnapshotId snapshot, IReadOnlyList<UploadObject> objects, IReadOnlyList<ObjectName> reused,
        CancellationToken cancellation) =>
        AskAsync(UploadsPath, request => new BackupUploads(request, snapshot, objects, reused), WireJson.Default.BackupUploads,
            WireJson.Default.UploadsAnswer, 200, cancellation);

    /// <summary>Makes the snapshot one of the chain.</summary>
    /// <exception cref="BackupRefusedException">The platform does not take it; a verdict that freezes always ends so.</exception>
    public Task<BackupCommitted> CommitAsync(SnapshotId snapshot, ObjectName? snapshotObject, long objects, long bytes, GateEvidence gate,
        CancellationToken cancellation)
    {
        var evidence = JsonSerializer.SerializeToElement(gate, WireJson.Default.GateEvidence);
        return AskAsync(CommitPath, request => new BackupCommit(request, snapshot, snapshotObject, objects, bytes, evidence),
            WireJson.Default.BackupCommit, WireJson.Default.BackupCommitted, 201, cancellation);
    }

    /// <summary>Asks for leave to get objects.</summary>
    public Task<DownloadsAnswer> DownloadsAsync(IReadOnlyList<ObjectName> objects, CancellationToken cancellation) =>
        AskAsync(DownloadsPath, request => new BackupDownloads(request, objects), WireJson.Default.BackupDownloads,
            WireJson.Default.DownloadsAnswer, 200, cancellation);

    /// <summary>Tells what a drill came to.</summary>
    public Task DrillAsync(SnapshotId snapshot, DateTimeOffset at, long files, long bytes, long failed, CancellationToken cancellation) =>
        AskAsync(DrillPath, request => new BackupDrill(request, snapshot, at.ToUnixTimeMilliseconds(), files, bytes, failed),
            WireJson.Default.BackupDrill, WireJson.Default.JsonElement, 202, cancellation);

    /// <inheritdoc />
    public void Dispose()
    {
        client.Dispose();
        _one.Dispose();
    }

    private async Task<TAnswer> AskAsync<TBody, TAnswer>(string path, Func<Guid, TBody> body, JsonTypeInfo<TBody> bodyType,
        JsonTypeInfo<TAnswer> answerType, int expected, CancellationToken cancellation)
    {
        var since = time.GetTimestamp();
        for (var failures = 1; ; failures++)
        {
            var (answer, fault) = await TryAskAsync(path, body, bodyType, cancellation).ConfigureAwait(false);
            if (answer?.Status == expected) return Read(answer, answerType);
            var passes = answer is null ? !ConnectionFaults.NeedsAHand(fault!)
                : answer is { Status: 429 or >= 500 } or { Slug: ProblemSlug.RequestReplayed };
            var trouble = fault is null ? Worded(answer!) : fault.ToString();
            if (!passes || time.GetElapsedTime(since) > Patience) throw new BackupRefusedException(answer, trouble);
            if (failures == 1) OnTrouble?.Invoke(trouble);
            var pause = answer?.RetryAfter is { } asked ? Backoff.Delay(asked, random()) : Backoff.Delay(failures, random());
            await Task.Delay(pause < LongestPause ? pause : LongestPause, time, cancellation).ConfigureAwait(false);
        }
    }

    private async Task<(PlatformAnswer? Answer, UplinkFault? Fault)> TryAskAsync<TBody>(
        string path, Func<Guid, TBody> body, JsonTypeInfo<TBody> bodyType, CancellationToken cancellation)
    {
        await _one.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            return (await _clock.AskAsync(offset => client.PostSignedAsync(
                token(), path, JsonSerializer.SerializeToUtf8Bytes(body(BatchId.Draw()), bodyType), offset, cancellation))
                .ConfigureAwait(false), null);
        }
        catch (ConnectionFaultException fault)
        {
            return (null, fault.Fault);
        }
        finally
        {
            _one.Release();
        }
    }

    // The platform's own words say more than the status: which rule it was, and what to do.
    private static string Worded(PlatformAnswer answer) => answer is { Status: 403 or 404 or 409 or 422 or 423, Detail.Length: > 0 }
        ? answer.Detail : AnswerFault.Of(answer).ToString();

    private static TAnswer Read<TAnswer>(PlatformAnswer answer, JsonTypeInfo<TAnswer> type)
    {
        try
        {
            if (JsonSerializer.Deserialize(answer.Body.Span, type) is { } read && BackupAnswers.IsWhole(read)) return read;
        }
        catch (JsonException)
        {
            // Falls through to the one sentence for both.
        }
        throw new BackupRefusedException(answer, "The platform's answer cannot be read; is it of another version?");
    }
}

/// <summary>The platform said no, or could not be reached for too long. The text says why and what to do.</summary>
public sealed class BackupRefusedException(PlatformAnswer? answer, string why) : Exception(why)
{
    /// <summary>The status; 0: no answer.</summary>
    public int Status => answer?.Status ?? 0;

    /// <summary>The chain is frozen: nothing is taken until a person has looked at it.</summary>
    public bool IsFrozen => answer?.Slug == ProblemSlug.BackupsFrozen || Status == 423;
}
