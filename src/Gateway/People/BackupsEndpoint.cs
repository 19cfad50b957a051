using System.Globalization;
using System.Text.Json.Serialization;
using HostAtlas.Engine;
using HostAtlas.Engine.Audit;
using HostAtlas.Engine.Backups;
using HostAtlas.Engine.Backups.Retention;
using HostAtlas.Gateway.People.Rights;
using HostAtlas.Shared.Ids;

namespace HostAtlas.Gateway.People;

/// <summary><c>GET /api/servers/{id}/backups</c> and <c>…/backups/events</c>.</summary>
internal sealed class BackupsEndpoint(
    EngineClient engine, BackupCatalogue catalogue, ChainEvidence evidence, ServerEndpoints servers)
{
    /// <summary>200: how the chain stands, the newest of what happened, and a page of its snapshots, the newest first.</summary>
    public async Task<Answer> GetAsync(HttpContext http)
    {
        var asked = await AskAsync(http);
        if (asked.Value is not { } found) return asked.Failure!;
        var shown = found.Shown;
        var query = ListQuery.Read(http.Request.Query);
        var snapshots = await catalogue.SnapshotsAsync(found.Grant.Team, found.Server, shown, http.RequestAborted);
        var page = query.Cut(snapshots.Select(SnapshotView.Of).ToList(), item => item.Snapshot.ToString());
        if (page.Value is not { } items) return page.Failure!;
        var events = query.PageOf(HappeningView.AllOf(shown).Take(query.Limit + 1).ToList(), item => item.Cursor);
        var chain = await evidence.ViewAsync(found.Grant, found.Server, shown, http.RequestAborted);
        var space = await catalogue.SpaceAsync(found.Grant.Team, found.Server, shown, http.RequestAborted);
        return Answer.Json(StatusCodes.Status200OK, BackupsView.Of(shown, chain, space, events, items), PeopleJson.Default.BackupsView);
    }

    /// <summary>200: a page of what happened, the newest first.</summary>
    public async Task<Answer> GetEventsAsync(HttpContext http)
    {
        var asked = await AskAsync(http);
        if (asked.Value is not { } found) return asked.Failure!;
        return ListQuery.AnswerOf(
            http, HappeningView.AllOf(found.Shown).ToList(), item => item.Cursor, PeopleJson.Default.HappeningPage);
    }

    private async Task<Step<Found>> AskAsync(HttpContext http)
    {
        var admitted = await servers.AdmitAsync(http, Operation.ReadBackups);
        if (admitted.Value is not (var grant, var server)) return admitted.Failure!;
        var reply = Failure.Unless<BackupsShown>(await engine.AskAsync(new ShowBackups(grant.Team, server), http.RequestAborted));
        return reply.Value is { } shown ? new Found(grant, server, shown) : reply.Failure!;
    }

    private sealed record Found(Grant Grant, ServerId Server, BackupsShown Shown);
}

/// <summary>The chain of a server's backups for people. Times are ISO 8601 in UTC.</summary>
/// <param name="Status"><c>open</c>, <c>suspect</c> or <c>frozen</c>.</param>
/// <param name="Since">When it became so; null while it has always been open.</param>
/// <param name="EventsNext">A cursor of <c>…/backups/events</c> for what happened before; null: nothing.</param>
/// <param name="Chain">The same state once more, with who, why and what gave cause.</param>
/// <param name="Space">What the server's part of the vault holds.</param>
internal sealed record BackupsView(
    string Status, DateTimeOffset? Since, ChainView Chain, string? Schedule, DateTimeOffset? LastSuccessAt, SpaceView Space,
    IReadOnlyList<RunView> Runs, IReadOnlyList<HappeningView> Events, string? EventsNext, IReadOnlyList<SnapshotView> Items, string? Next)
{
    /// <summary>The last time that the agent restored a sample; null: never.</summary>
    public DrillView? LastDrill { get; init; }

    /// <summary>What the entity shows, for people.</summary>
    public static BackupsView Of(
        BackupsShown shown, ChainView chain, VaultSpace space, Page<HappeningView> events, Page<SnapshotView> page) => new(
        BackupNames.Of(shown.Chain), shown.Since?.ToUniversalTime(), chain, shown.Schedule, shown.Head?.At.ToUniversalTime(),
        SpaceView.Of(space),
        [.. shown.Runs.Select(run => new RunView(run.Snapshot, run.BeganAt.ToUniversalTime(), run.HeardAt.ToUniversalTime(), run.Silent))],
        events.Items, events.Next, page.Items, page.Next)
        {
            LastDrill = DrillView.Of(shown.LastDrill),
        };
}

/// <summary>What a drill came to: how many files of which snapshot came back, and how many of them not as they were.</summary>
internal sealed record DrillView(DateTimeOffset At, SnapshotId Snapshot, long Files, long Bytes, long Failed)
{
    /// <summary>The entity's own record for people.</summary>
    public static DrillView? Of(DrillFigures? drill) => drill is null ? null
        : new DrillView(drill.At.ToUniversalTime(), drill.Snapshot, drill.Files, drill.Bytes, drill.Failed);
}

/// <summary>Objects and bytes in the vault, as announced.</summary>
/// <param name="LiveBytes">Of what snapshots and open runs need, and of what retention has not looked at yet.</param>
/// <param name="WaitingBytes">Of what goes unless somebody cancels or a run comes to need it.</param>
/// <param name="GoingBytes">Of what is about to be deleted, and cannot be had back.</param>
internal sealed record SpaceView(int Objects, long Bytes, long LiveBytes, long WaitingBytes, long GoingBytes)
{
    /// <summary>Sums for people.</summary>
    public static SpaceView Of(VaultSpace space) => new(
        space.Total.Objects, space.Total.Bytes, space.Live.Bytes, space.Noticed.Bytes, space.Marked.Bytes);
}

/// <summary>A run that has begun and is not committed.</summary>
internal sealed record RunView(SnapshotId Snapshot, DateTimeOffset BeganAt, DateTimeOffset LastHeardAt, bool Silent);

/// <summary>Something that happened.</summary>
/// <param name="Since">Of a silent run: when it was last heard of. Of a missed one: when it should have begun at the latest.
/// Of overdue ones: since when there is no new snapshot. Of held back files: since when there are some.</param>
/// <param name="Reason">In a sentence or two.</param>
internal sealed record HappeningView(string Kind, SnapshotId? Snapshot, DateTimeOffset At, DateTimeOffset? Since, string Reason)
{
    /// <summary>Its place in the list: no two of one chain have the same time, kind and run.</summary>
    [JsonIgnore]
    public string Cursor => string.Create(CultureInfo.InvariantCulture, $"{At.UtcTicks}.{Kind}.{Snapshot}");

    /// <summary>All that the entity keeps, the newest first.</summary>
    public static IEnumerable<HappeningView> AllOf(BackupsShown shown) => shown.History.Select(item => new HappeningView(
        BackupNames.Of(item.Kind), item.Snapshot, item.At.ToUniversalTime(), item.Since?.ToUniversalTime(), BackupNames.Reason(item)));
}

/// <summary>A committed snapshot.</summary>
/// <param name="ExpiredAt">No rule has kept it since; null while one does.</param>
/// <param name="ExpiredBy">By which rule it goes.</param>
internal sealed record SnapshotView(
    SnapshotId Snapshot, int Generation, string Fingerprint, DateTimeOffset At, int Objects, long Bytes, DateTimeOffset? ExpiredAt,
    string? ExpiredBy)
{
    /// <summary>The chain's own record for people.</summary>
    public static SnapshotView Of(ChainSnapshot item) => new(
        item.Snapshot.Snapshot, item.Snapshot.Generation, item.Snapshot.Fingerprint, item.Snapshot.At.ToUniversalTime(),
        item.Snapshot.Objects, item.Snapshot.Bytes, item.ExpiredAt?.ToUniversalTime(), item.Why is { } why ? AuditNames.Of(why) : null);
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
        HappeningKind.BackupsOverdue => "overdue",
        HappeningKind.FilesHeldBack => "held-back",
        HappeningKind.DrillPassed => "drill-passed",
        HappeningKind.DrillFailed => "drill-failed",
        HappeningKind.ScheduleChanged => "schedule-changed",
        HappeningKind.SuspectedRunVanished => "suspect:run-vanished",
        HappeningKind.SuspectedVolumeJumped => "suspect:volume-jumped",
        HappeningKind.SuspectedChainHalved => "suspect:chain-halved",
        HappeningKind.SuspectedFilesHit => "suspect:files-hit",
        HappeningKind.SuspectedRansomNotes => "suspect:ransom-notes",
        HappeningKind.SuspectedNewEnding => "suspect:new-ending",
        HappeningKind.SuspectedManyChanged => "suspect:many-changed",
        HappeningKind.SuspectedAgentsGate => "suspect:agents-gate",
        HappeningKind.SuspectedCommitsTooOften => "suspect:commits-too-often",
        HappeningKind.RetentionChosen => "retention-chosen",
        HappeningKind.SnapshotsExpired => "snapshots-expired",
        HappeningKind.DeletionDecided => "deletion-decided",
        HappeningKind.DeletionCancelled => "deletion-cancelled",
        HappeningKind.VaultRemoved => "vault-removed",
        HappeningKind.StillFrozen => "still-frozen",
        HappeningKind.Frozen => "frozen",
        HappeningKind.Reopened => "reopened",
        HappeningKind.NewChainApproved => "new-chain-approved",
        HappeningKind.RunRefusedByServerQuota => "run-failed:server-quota",
        HappeningKind.RunRefusedByTeamQuota => "run-failed:team-quota",
        HappeningKind.RunRefusedByServerTotal => "run-failed:server-total-quota",
        _ => throw new ArgumentOutOfRangeException(nameof(kind)),
    };

    /// <summary>Why it happened, and what it means.</summary>
    public static string Reason(BackupHappening item) => item.Kind switch
    {
        HappeningKind.Committed => "A snapshot is in the chain.",
        HappeningKind.RunSilent =>
            $"Nothing was heard of the run for six hours{Since(item, ", last at")}. It was killed, or cannot reach the platform.",
        HappeningKind.RunOvertaken => "The run was not finished, and another one that built on the same snapshot was committed.",
        HappeningKind.RunExpired => "Nothing was heard of the run for seven days; it is closed.",
        HappeningKind.RunFrozen => "The backups were frozen while the run went on; nothing of it is in the chain.",
        HappeningKind.RunDisplaced => "Too many runs were open; the one not heard of for the longest time was closed.",
        HappeningKind.RunMissed =>
            $"No run began by the schedule{Since(item, ", at the latest expected at")}. The host is off, or its agent does not run.",
        HappeningKind.BackupsOverdue =>
            $"Runs begin by the schedule, and none was committed{Since(item, " since")}: each of them fails. The agent's status says why.",
        HappeningKind.FilesHeldBack =>
            $"Files that look encrypted have been held back{Since(item, " since")}: "
            + "each new snapshot keeps their last clean version.",
        HappeningKind.DrillPassed => "The agent restored a sample of the snapshots, and it was as it should be.",
        HappeningKind.DrillFailed => "The agent restored a sample of the snapshots, and files of it did not come back as they were.",
        HappeningKind.ScheduleChanged => "The agent keeps another schedule.",
        HappeningKind.SuspectedRunVanished => "A run vanished: somebody should look at the host.",
        HappeningKind.SuspectedVolumeJumped => "A run brought far more new bytes than those before it: many files changed at once.",
        HappeningKind.SuspectedChainHalved => "The newest snapshot needs half or less of what the one before needed: many files are gone.",
        HappeningKind.SuspectedFilesHit =>
            "Files of the run look encrypted. Those with an earlier version keep it in the snapshot; new ones are in it, marked.",
        HappeningKind.SuspectedRansomNotes => "Files with the names of ransom notes are new in several folders.",
        HappeningKind.SuspectedNewEnding => "Many files that changed got one and the same new ending.",
        HappeningKind.SuspectedManyChanged => "Far more files changed than in the runs before.",
        HappeningKind.SuspectedAgentsGate => "The agent's gate finds the run suspect, by a rule that this platform does not know yet.",
        HappeningKind.SuspectedCommitsTooOften => "There were more than twice as many snapshots as the schedule has slots.",
        HappeningKind.RetentionChosen => "Somebody chose which snapshots stay, and for how long.",
        HappeningKind.SnapshotsExpired =>
            "Snapshots expired by the rules of retention; they are deleted in a week unless somebody cancels.",
        HappeningKind.DeletionDecided => "The week of what had expired is over; it is deleted.",
        HappeningKind.DeletionCancelled => "Somebody cancelled what was about to be deleted; nothing goes for 30 days.",
        HappeningKind.VaultRemoved => "The server was deleted 30 days ago; nothing is left of its vault.",
        HappeningKind.StillFrozen =>
            $"Nothing enters the chain; what came{Since(item, " after")} is in no backup. Somebody must look and resume.",
        HappeningKind.Frozen => "Nothing enters the chain until a person has looked.",
        HappeningKind.Reopened => "The chain takes snapshots without a doubt again.",
        HappeningKind.NewChainApproved => "A person lets the next run begin a new chain.",
        HappeningKind.RunRefusedByServerQuota => "The server's quota of new bytes a day is spent until 0:00 UTC; the run cannot go on.",
        HappeningKind.RunRefusedByServerTotal =>
            "The server's quota of backup bytes in all is spent; no run goes on until it is raised or something was deleted.",
        HappeningKind.RunRefusedByTeamQuota => "The team's quota of backup bytes is spent; no run of the team goes on until it is raised.",
        _ => throw new ArgumentOutOfRangeException(nameof(item)),
    };

    private static string Since(BackupHappening item, string words) => item.Since is { } time
        ? string.Create(CultureInfo.InvariantCulture, $"{words} {time.UtcDateTime:yyyy-MM-dd HH:mm} UTC") : "";
}
