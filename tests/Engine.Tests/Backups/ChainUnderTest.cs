using HostAtlas.Engine.Backups;
using HostAtlas.Engine.Backups.Retention;
using HostAtlas.Engine.Cluster;
using HostAtlas.Engine.Presence;
using HostAtlas.Engine.Storage;
using HostAtlas.Engine.Storage.Sqlite;
using HostAtlas.Engine.Tests.Storage.Sqlite;
using HostAtlas.Engine.Tests.Vault;
using HostAtlas.Engine.Vault;
using HostAtlas.Shared.Backups;
using HostAtlas.Shared.Ids;
using HostAtlas.TestSupport;

namespace HostAtlas.Engine.Tests.Backups;

/// <summary>
/// The entity without its actor: the same decisions over a real store and a real vault, and a journal that can be cut off from them, so
/// that a script can kill the process between any two steps.
/// </summary>
internal sealed class ChainUnderTest : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly VaultUnderTest _vault;
    private readonly BackupDesk _desk;
    private readonly List<IEntityEvent> _journal = [];
    private int _signature;

    /// <param name="vault">A vault other than a folder; it goes with the chain.</param>
    public ChainUnderTest(VaultUnderTest? vault = null)
    {
        var file = new DataFile(_folder.Path);
        file.Prepare();
        _vault = vault ?? new DirectoryVaultUnderTest(_folder.Path);
        Store = new SqliteBackupStore(file, SqliteStoreUnderTest.NewSeals(file));
        _desk = new BackupDesk(Store, _vault.Vault, new EngineOptions { DataDirectory = _folder.Path, RootKey = new byte[32] });
    }

    public static ServerKey Server { get; } = new(Named.Id<TeamId>("team"), Named.Id<ServerId>("server"));

    public IBackupStore Store { get; }

    public IVault Vault => _vault.Vault;

    public DateTimeOffset Now { get; set; } = Runs.Now;

    /// <summary>What the team chose for servers that chose nothing.</summary>
    public RetentionDefault? Default { get; set; }

    /// <summary>Everything that was journalled, the oldest first.</summary>
    public IReadOnlyList<IEntityEvent> Journal => _journal;

    /// <summary>What the last whole sweep came to.</summary>
    public SweepTally? Last { get; private set; }

    public BackupState State => BackupState.Nothing.Apply(_journal);

    /// <summary>Carries a request through; killed before the journal: the tables have it, the chain does not, and nobody is
    /// answered.</summary>
    public async Task<IEngineReply?> DoAsync(IBackupPayload payload, bool killed = false)
    {
        var (state, request) = (State, Runs.Request(payload, $"{_signature++}"));
        if (BackupDecisions.TurnAway(state, request, Now) is { } refused) return refused;
        var facts = await _desk.ReadAsync(Server, payload, ChainExtent.Of(state), Now);
        var decision = payload switch
        {
            BeginPayload begin => BackupDecisions.Begin(state, request, begin, Now),
            UploadsPayload uploads => BackupDecisions.Uploads(
                state, request, uploads, (UploadFacts)facts!, Runs.Unlimited, Runs.Ticket, Now),
            CommitPayload commit => BackupDecisions.Commit(state, request, commit, (CommitFacts)facts!, Now),
            _ => BackupDecision.Answer(new SnapshotsListed((IReadOnlyList<CommittedSnapshot>)facts!)),
        };
        return await CarryAsync(state, decision, killed);
    }

    /// <summary>A step of a sweep, killed before the journal or not: null then.</summary>
    public async Task<SweepDone?> SweepAsync(SweepStep step, bool killed = false, ObjectName? after = null, bool dryRun = false)
    {
        var state = State;
        var command = new SweepBackups(Server.Team, Server.Server, step, after, dryRun, Author.Platform) { Default = Default };
        var facts = await _desk.ReadAsync(Server, command, state, Now);
        return (SweepDone?)await CarryAsync(state, BackupDecisions.Sweep(state, command, facts, Now), killed);
    }

    /// <summary>A whole sweep.</summary>
    public async Task<SweepTally> SweepAsync()
    {
        var tally = new SweepTally(Server);
        foreach (var step in Enum.GetValues<SweepStep>())
        {
            SweepDone? done = null;
            do tally = tally.With(done = (await SweepAsync(step, after: done?.Next))!);
            while (done.More);
        }
        return Last = tally;
    }

    public async Task<IEngineReply?> TellAsync(IBackupCommand command, bool killed = false)
    {
        var state = State;
        return await CarryAsync(state, BackupDecisions.Standing(state, command, null, Now), killed);
    }

    public void Freeze() => _journal.AddRange(BackupDecisions.Freeze(
        State, new FreezeBackups(Server.Team, Server.Server, FreezeCause.Person, Named.Ada), Now).Events);

    public void Resume() => _journal.AddRange(BackupDecisions.Resume(
        State, new ResumeBackups(Server.Team, Server.Server, Named.Ada), null, Now).Events);

    public Task<PutOutcome> PutAsync(ObjectName name, byte[] bytes) => _vault.Vault.PutAsync(
        KeyOf(name), Sealed.FormOf(bytes), new MemoryStream(bytes),
        _ => Task.FromResult(BackupDecisions.AskToKeep(State) is Done), default);

    public void Lose(ObjectName name) => _vault.Lose(KeyOf(name));

    public async Task<bool> HasAsync(ObjectName name) =>
        (await _vault.Vault.SizesAsync(Server.Team, Server.Server, [name], default)).Count == 1;

    public void Dispose()
    {
        _vault.Dispose();
        _folder.Dispose();
    }

    private async Task<IEngineReply?> CarryAsync(BackupState state, BackupDecision decision, bool killed)
    {
        if (!decision.IsAnswerOnly)
        {
            var held = await _desk.WriteAsync(Server, new BackupWrites(
                BackupDecisions.DueAt(state), decision.Announced, decision.Kept, decision.Evidence)
            { Sweep = decision.Sweep }, Now);
            decision = BackupDecisions.AfterDeletion(decision, held);
        }
        if (killed) return null;
        _journal.AddRange(decision.Events);
        return decision.Reply;
    }

    private static VaultKey KeyOf(ObjectName name) => new(Server.Team, Server.Server, name);
}
