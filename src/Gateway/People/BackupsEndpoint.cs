using HostAtlas.Engine;
using HostAtlas.Engine.Backups;
using HostAtlas.Gateway.People.Rights;
using HostAtlas.Shared.Ids;

namespace HostAtlas.Gateway.People;

/// <summary><c>GET /api/servers/{id}/backups</c>.</summary>
internal sealed class BackupsEndpoint(EngineClient engine, BackupCatalogue catalogue, ServerEndpoints servers, Access access)
{
    /// <summary>200: how the chain stands, what happened, and a page of its snapshots, the newest first.</summary>
    public async Task<Answer> GetAsync(HttpContext http)
    {
        var admitted = await access.AdmitAsync(http, Operation.ReadBackups);
        if (admitted.Value is not { } grant) return admitted.Failure!;
        var found = await servers.FindAsync(http, grant.Team);
        if (found.Value is not { } server) return found.Failure!;
        var reply = Failure.Unless<BackupsShown>(await engine.AskAsync(new ShowBackups(grant.Team, server.Id), http.RequestAborted));
        if (reply.Value is not { } shown) return reply.Failure!;
        var snapshots = await catalogue.SnapshotsAsync(grant.Team, server.Id, shown.Head?.Number ?? 0, http.RequestAborted);
        var page = ListQuery.Read(http.Request.Query).Cut(snapshots.Select(SnapshotView.Of).ToList(), item => item.Snapshot.ToString());
        return page.Value is { } items
            ? Answer.Json(StatusCodes.Status200OK, BackupsView.Of(shown, items), PeopleJson.Default.BackupsView)
            : page.Failure!;
    }
}

/// <summary>The chain of a server's backups for people. Times are ISO 8601 in UTC.</summary>
/// <param name="Status"><c>open</c>, <c>suspect</c> or <c>frozen</c>.</param>
/// <param name="Since">When it became so; null while it has always been open.</param>
internal sealed record BackupsView(
    string Status, DateTimeOffset? Since, string? Schedule, DateTimeOffset? LastSuccessAt, IReadOnlyList<RunView> Runs,
    IReadOnlyList<HappeningView> Events, IReadOnlyList<SnapshotView> Items, string? Next)
{
    /// <summary>What the entity shows, for people.</summary>
    public static BackupsView Of(BackupsShown shown, Page<SnapshotView> page) => new(
        BackupNames.Of(shown.Chain), shown.Since?.ToUniversalTime(), shown.Schedule, shown.Head?.At.ToUniversalTime(),
        [.. shown.Runs.Select(run => new RunView(run.Snapshot, run.BeganAt.ToUniversalTime(), run.HeardAt.ToUniversalTime(), run.Silent))],
        [.. shown.History.Select(item => new HappeningView(BackupNames.Of(item.Kind), item.Snapshot, item.At.ToUniversalTime()))],
        page.Items, page.Next);
}

/// <summary>A run that has begun and is not committed.</summary>
internal sealed record RunView(SnapshotId Snapshot, DateTimeOffset BeganAt, DateTimeOffset LastHeardAt, bool Silent);

/// <summary>Something that happened.</summary>
internal sealed record HappeningView(string Kind, SnapshotId? Snapshot, DateTimeOffset At);

/// <summary>A committed snapshot.</summary>
internal sealed record SnapshotView(SnapshotId Snapshot, int Generation, string Fingerprint, DateTimeOffset At, int Objects, long Bytes)
{
    /// <summary>The chain's own record for people.</summary>
    public static SnapshotView Of(CommittedSnapshot item) =>
        new(item.Snapshot, item.Generation, item.Fingerprint, item.At.ToUniversalTime(), item.Objects, item.Bytes);
}

/// <summary>How states and happenings are spelt for people.</summary>
internal static class BackupNames
{
    /// <summary>A chain's state.</summary>
    public static string Of(ChainStatus chain) => chain switch
    {
        ChainStatus.Open => "open",
        ChainStatus.Suspect => "suspect",
        ChainStatus.Frozen => "frozen",
        _ => throw new ArgumentOutOfRangeException(nameof(chain)),
    };

    /// <summary>A happening.</summary>
    public static string Of(HappeningKind kind) => kind switch
    {
        HappeningKind.Committed => "committed",
        HappeningKind.RunSilent => "run-silent",
        HappeningKind.RunOvertaken => "run-failed:overtaken",
        HappeningKind.RunExpired => "run-failed:expired",
        HappeningKind.RunFrozen => "run-failed:frozen",
        HappeningKind.RunDisplaced => "run-failed:displaced",
        HappeningKind.RunMissed => "run-missed",
        HappeningKind.ScheduleChanged => "schedule-changed",
        HappeningKind.SuspectedRunVanished => "suspect:run-vanished",
        HappeningKind.SuspectedVolumeJumped => "suspect:volume-jumped",
        HappeningKind.SuspectedChainHalved => "suspect:chain-halved",
        HappeningKind.Frozen => "frozen",
        HappeningKind.Reopened => "reopened",
        HappeningKind.NewChainApproved => "new-chain-approved",
        _ => throw new ArgumentOutOfRangeException(nameof(kind)),
    };
}
