using HostAtlas.Engine.Backups;
using HostAtlas.Engine.Backups.Retention;
using HostAtlas.Shared.Backups;
using HostAtlas.Shared.Ids;
using static HostAtlas.Engine.Tests.Backups.Runs;

namespace HostAtlas.Engine.Tests.Backups;

/// <summary>
/// Every state of a chain with every input: what is journalled, what is answered, and what the chain is then. docs/architecture.md has the
/// table in words. In each state there is a head, and where runs can be open, one is.
/// </summary>
public sealed class ChainTableTests
{
    private const string Open = "open", Suspect = "suspect", Frozen = "frozen", Deleted = "deleted";
    private const string Gone = "-> NotFound", Locked = "-> BackupsFrozen", Dead = "-> CredentialsRejected";

    private static readonly CommitFacts Whole = new(null, 3, 1000, 0, [], new KnownObject(100, Named.Bytes("root"), default, InRun: true));

    /// <summary>Input; and for open, suspect, frozen, deleted: events, answer, state after it where that is another one.</summary>
    private static readonly (string Input, string[] Cells)[] Table =
    [
        ("begin", ["Admitted RunBegan -> RunProceeds", "Admitted RunBegan -> RunProceeds", Locked, Dead]),
        ("begin, a canary changed", [Freezes, Freezes, Locked, Dead]),
        ("uploads", ["Admitted ObjectsAnnounced -> UploadsGranted", "Admitted ObjectsAnnounced -> UploadsGranted", Locked, Dead]),
        ("uploads over the quota", ["RunRefused -> QuotaReached", "RunRefused -> QuotaReached", Locked, Dead]),
        ("commit without a gate", [Commits, Commits, Locked, Dead]),
        ("commit, clean", [Commits, Commits, Locked, Dead]),
        ("commit, the third clean one",
            [Commits, "Admitted SnapshotCommitted ChainReopened -> SnapshotKept => open", Locked, Dead]),
        ("commit, one hit",
        [
            "Admitted SnapshotCommitted HitsFound FilesHeldBack ChainSuspected -> SnapshotKept => suspect",
            "Admitted SnapshotCommitted HitsFound FilesHeldBack ChainSuspected -> SnapshotKept", Locked, Dead,
        ]),
        ("commit, many hits", [Freezes, Freezes, Locked, Dead]),
        ("commit, critical", [Freezes, Freezes, Locked, Dead]),
        ("commit, critical without a gate", [Freezes, Freezes, Locked, Dead]),
        ("commit, ill-formed evidence", ["-> InvalidContent", "-> InvalidContent", Locked, Dead]),
        ("commit, an object missing", ["-> ObjectMissing", "-> ObjectMissing", Locked, Dead]),
        ("keep an object", ["-> Done", "-> Done", Locked, Dead]),
        ("list", ["-> read", "-> read", "-> read", Dead]),
        ("downloads", ["-> read", "-> read", "-> read", Dead]),
        ("drill", ["Admitted DrillDone -> Done", "Admitted DrillDone -> Done", "Admitted DrillDone -> Done", Dead]),
        ("show", ["-> BackupsShown", "-> BackupsShown", "-> BackupsShown", "-> BackupsShown"]),
        ("freeze by a person", ["RunEnded ChainFrozen -> Done => frozen", "RunEnded ChainFrozen -> Done => frozen", "-> Done", Gone]),
        ("resume", ["-> Done", "ChainReopened -> Done => open", "ChainReopened -> Done => open", Gone]),
        ("resume and accept", ["ChainReopened -> Done", "ChainReopened -> Done => open", "ChainReopened -> Done => open", Gone]),
        ("approve a new chain", ["NewChainApproved -> Done", "NewChainApproved -> Done", "NewChainApproved -> Done", Gone]),
        ("delete the server", ["BackupsClosed -> Done => deleted", "-> Conflict", "-> Conflict", "-> Done"]),
        ("choose what stays", ["RetentionChosen -> Done", "RetentionChosen -> Done", "RetentionChosen -> Done", Gone]),
        ("inherit what stays", ["-> Done", "-> Done", "-> Done", Gone]),
        ("sweep, with the team's default",
            ["RetentionInherited -> SweepDone", "RetentionInherited -> SweepDone", "RetentionInherited -> SweepDone", "-> SweepDone"]),
        ("cancel deletions", ["DeletionCancelled -> Done", "DeletionCancelled -> Done", "DeletionCancelled -> Done", Gone]),
        ("sweep, an old snapshot", ["SnapshotsExpired -> SweepDone", "-> SweepDone", "-> SweepDone", "-> SweepDone"]),
        ("sweep, what nothing needs", ["ObjectsNoticed -> SweepDone", "-> SweepDone", "-> SweepDone", "-> SweepDone"]),
        ("sweep, what is marked",
            ["ObjectsDeleted -> SweepDone", "-> SweepDone", "-> SweepDone", "ObjectsDeleted VaultRemoved -> SweepDone"]),
        ("sweep, what is marked and needed", ["-> SweepDone", "-> SweepDone", "-> SweepDone", "ObjectsDeleted VaultRemoved -> SweepDone"]),
        ("an hour passes", ["", "", "", ""]),
        ("six hours pass", ["RunSilent ChainSuspected => suspect", "RunSilent ChainSuspected", "", ""]),
        ("a day passes", ["RunSilent ChainSuspected => suspect", "RunSilent ChainSuspected", "StillFrozen", ""]),
        ("a week passes",
            ["RunSilent RunEnded ChainSuspected => suspect", "RunSilent RunEnded ChainSuspected", "StillFrozen", ""]),
    ];

    private const string Commits = "Admitted SnapshotCommitted -> SnapshotKept";
    private const string Freezes = "Admitted RunEnded ChainFrozen -> BackupsFrozen => frozen";

    public static TheoryData<string, string, string> Cells
    {
        get
        {
            var cells = new TheoryData<string, string, string>();
            foreach (var (input, row) in Table)
            {
                foreach (var (state, cell) in new[] { Open, Suspect, Frozen, Deleted }.Zip(row)) cells.Add(state, input, cell);
            }
            return cells;
        }
    }

    [Theory]
    [MemberData(nameof(Cells))]
    public void Every_cell_is_as_the_table_says(string state, string input, string cell)
    {
        var before = In(state);
        if (input == "commit, the third clean one") before = before with { CleanRuns = state == Suspect ? 2 : 0 };
        var decision = Decide(before, input);
        var after = before.Apply(decision.Events);
        var events = string.Join(' ', decision.Events.Select(happened => happened.GetType().Name.Replace("RequestAdmitted", "Admitted")));
        var reply = decision.Reply switch
        {
            null => "",
            Refused refused => $"-> {refused.Kind}",
            SnapshotsListed => "-> read",
            var other => $"-> {other.GetType().Name}",
        };
        var became = NameOf(after) == state ? "" : $"=> {NameOf(after)}";
        Assert.Equal(cell, string.Join(' ', new[] { events, reply, became }.Where(part => part.Length > 0)));
    }

    [Fact]
    public void Every_command_and_every_payload_has_a_row()
    {
        var used = Table.Select(row => Input(In(Open), row.Input)).Select(input => input.GetType()).ToHashSet();
        used.UnionWith(Table.Select(row => Input(In(Open), row.Input)).OfType<BackupRequest>()
            .Select(request => request.Payload.GetType()));
        var all = typeof(IBackupCommand).Assembly.GetTypes().Where(type => type is { IsInterface: false, IsAbstract: false }
            && (typeof(IBackupCommand).IsAssignableFrom(type) || typeof(IBackupPayload).IsAssignableFrom(type)));
        Assert.Empty(all.Except(used));
    }

    private static BackupState In(string state)
    {
        var open = Runs.Open("run", Committed("head", Committed("third", Committed("second", Committed("first")))));
        return state switch
        {
            Suspect => open.Apply(new ChainSuspected(SuspicionCause.RunVanished, Now)),
            Frozen => open.Apply(Standing(open, new FreezeBackups(Team, Server, FreezeCause.Person, Named.Ada)).Events),
            Deleted => open.Apply(new BackupsClosed(Now, Named.Ada)),
            _ => open,
        };
    }

    private static string NameOf(BackupState state) => state.ClosedAt is not null ? Deleted : state.Chain switch
    {
        ChainStatus.Open => Open,
        ChainStatus.Suspect => Suspect,
        _ => Frozen,
    };

    private static BackupDecision Decide(BackupState state, string input)
    {
        var command = Input(state, input);
        if (command is not BackupRequest request)
            return command is AskToKeep ? BackupDecision.Answer(BackupDecisions.AskToKeep(state))
                : BackupDecisions.Standing(state, command, Facts(input), TimeOf(input));
        if (BackupDecisions.TurnAway(state, request, Now) is { } refused) return BackupDecision.Answer(refused);
        return request.Payload switch
        {
            BeginPayload begin => BackupDecisions.Begin(state, request, begin, Now),
            UploadsPayload uploads => BackupDecisions.Uploads(
                state, request, uploads, new UploadFacts(
                    new Dictionary<ObjectName, KnownObject>(), new Dictionary<ObjectName, long>(), new HashSet<ObjectName>(), 0),
                input == "uploads" ? Unlimited : new BackupQuotas(1, null), Ticket, Now),
            CommitPayload commit => BackupDecisions.Commit(state, request, commit,
                input == "commit, an object missing" ? Whole with { MissingCount = 1, Missing = [Name("lost")] } : Whole, Now),
            DrillPayload drill => BackupDecisions.Drill(state, request, drill, Now),
            // Whatever is asked for is read from tables and vault, without a decision.
            _ => BackupDecision.Answer(new SnapshotsListed([])),
        };
    }

    private static readonly TeamId Team = Named.Id<TeamId>("team");
    private static readonly ServerId Server = Named.Id<ServerId>("server");

    private static IBackupCommand Input(BackupState state, string input) => input switch
    {
        "begin" => Request(new BeginPayload(Id("next"), state.Head?.Snapshot, null), input),
        "begin, a canary changed" => Request(
            new BeginPayload(Id("next"), state.Head?.Snapshot, null) { ChangedCanaries = [Evidence.HitId("canary")] }, input),
        "uploads" or "uploads over the quota" => Request(new UploadsPayload(Id("run"), [New("a")], []), input),
        "commit without a gate" or "commit, an object missing" => Commit(null, input),
        "commit, clean" or "commit, the third clean one" => Commit(Evidence.Of().Json(), input),
        "commit, one hit" => Commit(Evidence.Of(Evidence.Hit("a")).Json(), input),
        "commit, many hits" => Commit(Evidence.Of(Evidence.Many("a", 60)).Json(), input),
        "commit, critical" => Request(new CommitPayload(Id("run"), null, 0, 0, Evidence.Of().Json()), input),
        "commit, critical without a gate" => Request(new CommitPayload(Id("run"), null, 0, 0, null), input),
        "commit, ill-formed evidence" => Commit("{\"files\":-1}"u8.ToArray(), input),
        "list" => Request(new ListPayload(), input),
        "downloads" => Request(new DownloadsPayload([]), input),
        "drill" => Request(new DrillPayload(Id("head"), Now, 9, 900, 0), input),
        "keep an object" => new AskToKeep(Team, Server),
        "show" => new ShowBackups(Team, Server),
        "freeze by a person" => new FreezeBackups(Team, Server, FreezeCause.Person, Named.Ada) { Reason = "odd logins" },
        "resume" => new ResumeBackups(Team, Server, Named.Ada) { Reason = "looked at" },
        "resume and accept" => new ResumeBackups(Team, Server, Named.Ada) { Accepts = Evidence.Pairs(Evidence.Hit("a")) },
        "approve a new chain" => new ApproveNewChain(Team, Server, Named.Ada),
        "delete the server" => new CloseBackups(Team, Server, Named.Ada),
        "choose what stays" => new ChooseRetention(Team, Server, new RetentionPolicy(1, 2, 3, 4, 5), 30, Named.Ada),
        "inherit what stays" => new InheritRetention(Team, Server, Named.Ada),
        "sweep, with the team's default" => new SweepBackups(Team, Server, SweepStep.Expire, null, false, Author.Platform)
        {
            Default = new RetentionDefault(new RetentionPolicy(1, 2, 3, 4, 5), 30),
        },
        "cancel deletions" => new CancelDeletion(Team, Server, Named.Ada),
        "sweep, an old snapshot" => new SweepBackups(Team, Server, SweepStep.Expire, null, false, Author.Platform),
        "sweep, what nothing needs" => new SweepBackups(Team, Server, SweepStep.Mark, null, false, Author.Platform),
        "sweep, what is marked" or "sweep, what is marked and needed" =>
            new SweepBackups(Team, Server, SweepStep.Delete, null, false, Author.Platform),
        _ => new CheckBackups(Team, Server),
    };

    private static object? Facts(string input) => input switch
    {
        // Of twelve of one day the ten newest stay, and its first.
        "sweep, with the team's default" => new ExpireFacts([]),
        "sweep, an old snapshot" => new ExpireFacts([.. Enumerable.Range(1, 12).Select(number => new ChainSnapshot(
            new CommittedSnapshot(Id($"{number}"), number, number, Root($"{number}"), "0011223344556677", 1, 1, Now), null, null))]),
        "sweep, what nothing needs" => new ObjectFacts([new(Name("a"), 7, new(false, null, false))], More: false),
        "sweep, what is marked" => new ObjectFacts([new(Name("a"), 7, new(false, Now, true))], More: false),
        "sweep, what is marked and needed" => new ObjectFacts([new(Name("a"), 7, new(true, Now, true))], More: false),
        _ => null,
    };

    private static DateTimeOffset TimeOf(string input) => input switch
    {
        "an hour passes" => Now.AddHours(1),
        "six hours pass" => Now.AddHours(6),
        "a day passes" => Now.AddDays(1),
        "a week passes" => Now.AddDays(7),
        _ when input.StartsWith("sweep", StringComparison.Ordinal) => Now.AddDays(60),
        _ => Now,
    };

    private static BackupRequest Commit(byte[]? gate, string input) =>
        Request(new CommitPayload(Id("run"), Root("run"), 3, 1000, gate), input);

    private static BackupDecision Standing(BackupState state, IBackupCommand command, DateTimeOffset? now = null) =>
        BackupDecisions.Standing(state, command, null, now ?? Now);
}
