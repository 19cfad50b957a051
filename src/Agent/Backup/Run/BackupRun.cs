using System.Security.Cryptography;
using Akka.Actor;
using Akka.Configuration;
using HostAtlas.Agent.Backup.Chain;
using HostAtlas.Agent.Backup.Format;
using HostAtlas.Agent.Backup.Repack;
using HostAtlas.Agent.Backup.Selection;
using HostAtlas.Agent.Backup.Transfer;
using HostAtlas.Agent.Configuration;
using HostAtlas.Agent.Gate;
using HostAtlas.Agent.Gate.Evidence;
using HostAtlas.Agent.Gate.Rules;
using HostAtlas.Shared.Backups;
using HostAtlas.Shared.Ids;
using HostAtlas.Shared.Wire;

namespace HostAtlas.Agent.Backup.Run;

/// <summary>What a run is made of.</summary>
/// <param name="Folder">STATE/backup, taken by this run.</param>
/// <param name="StatePath">STATE, which is never part of a backup.</param>
/// <param name="Selected">What is taken.</param>
/// <param name="Schedule">The cron line that the platform hears, or null.</param>
/// <param name="Ring">The host's keys.</param>
/// <param name="Api">The platform.</param>
/// <param name="Vault">The vault.</param>
/// <param name="Host">The host's name.</param>
/// <param name="Time">All clocks.</param>
/// <param name="Random">Numbers in [0, 1), for pauses.</param>
internal sealed record BackupRunParts(RunFolder Folder, string StatePath, Selected Selected, string? Schedule, KeyRing Ring, BackupApi Api,
    VaultClient Vault, string Host, TimeProvider Time, Func<double> Random)
{
    /// <summary>The operator knows that the newest snapshot is older than what this host made.</summary>
    public bool AcceptRollback { get; init; }

    /// <summary>What the host's own configuration tells the gate.</summary>
    public GateOptions Gate { get; init; } = new();

    /// <summary>Hears of files that a rule of the gate hit: path, rules, whether it is held back.</summary>
    public Action<string, IReadOnlyList<string>, bool> OnHit { get; init; } = static (_, _, _) => { };

    /// <summary>When packs are repacked, and how much.</summary>
    public RepackRules Repack { get; init; } = new() { MostBytes = 0 };

    /// <summary>Hears that packs are repacked.</summary>
    public Action<RepackPlan> OnRepack { get; init; } = static _ => { };

    /// <summary>Hears what goes wrong without ending the run.</summary>
    public Action<string> OnTrouble { get; init; } = static _ => { };

    /// <summary>Hears of files that could not be read: path, why.</summary>
    public Action<string, string> OnFault { get; init; } = static (_, _) => { };

    /// <summary>Hears of the findings of each pass, before it begins.</summary>
    public Action<RunFindings, RunEstimate?> OnPass { get; init; } = static (_, _) => { };

    /// <summary>Whether to count beside the run what there is.</summary>
    public bool WantsEstimate { get; init; }
}

/// <summary>
/// One backup from list to commit. It can be stopped at any point: what the vault has by then is in the journal, and the next run builds on
/// it under a snapshot of its own, because the platform holds every name that was ever announced against the snapshot it was announced for.
/// </summary>
internal sealed partial class BackupRun(BackupRunParts parts)
{
    // A pack that vanished from the vault is found when the run is nearly over; its chunks are then read again. It does not happen thrice.
    private const int PassesMax = 3;

    // So many index objects are named by a snapshot at most; beyond it they are written anew as few.
    private const int IndexesMax = 128;

    private readonly ObjectSealer _sealer = new(parts.Ring.Newest, BoundedPool.ForObjects(), RandomNumberGenerator.Fill);
    private readonly ObjectOpener _opener = new(parts.Ring);
    private readonly SnapshotId _snapshot = Draw<SnapshotId>();
    private readonly PathIds _ids = new(parts.Ring.Newest);

    private static readonly Config Quiet = ConfigurationFactory.ParseString(
        """
        akka {
          loglevel = OFF
          stdout-loglevel = OFF
          log-dead-letters = off
          coordinated-shutdown { run-by-clr-shutdown-hook = off, exit-clr = off }
        }
        """);

    /// <summary>Runs.</summary>
    /// <exception cref="GateVerdictException">The gate found what must not enter the chain; nothing was committed.</exception>
    /// <exception cref="BackupRefusedException">The platform does not take it, or could not be reached for too long.</exception>
    /// <exception cref="ChainFaultException">The chain is not what this host knows it to be.</exception>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    public async Task<BackupOutcome> RunAsync(CancellationToken cancellation)
    {
        var copies = new SealedCopies(parts.Folder.Copies, new TicketRepositorySource(parts.Api, parts.Vault, parts.Time));
        try
        {
            return await RunAsync(copies, cancellation).ConfigureAwait(false);
        }
        catch (Exception refused) when (refused is GateVerdictException or BackupRefusedException { IsFrozen: true })
        {
            parts.Folder.NewEpoch = true;
            RunJournal.Delete(parts.Folder.Journal);
            throw;
        }
    }

    private async Task<BackupOutcome> RunAsync(SealedCopies copies, CancellationToken cancellation)
    {
        var remembered = SnapshotHead.Load(parts.Folder.Head);
        var startedAt = DateTimeOffset.FromUnixTimeMilliseconds(parts.Time.GetUtcNow().ToUnixTimeMilliseconds());
        // Before anything else is read: what has got at these has got at others too.
        var canaries = Canaries.Check(parts.Gate.Canaries);
        var (parent, proceeds) = await BeginAsync(remembered, copies, canaries, cancellation).ConfigureAwait(false);
        EnterEpoch(proceeds);
        var buildsOn = parent?.Document.KeyId == _sealer.Keys.KeyId ? parent : null;
        var basis = Basis(startedAt, proceeds, buildsOn, canaries);
        if (canaries.Changed.Count > 0)
            await FreezeAsync(new RunLedger(_ids, basis), 0, endedEarly: true, cancellation).ConfigureAwait(false);
        var (journal, journalled) = RunJournal.Open(parts.Folder.Journal, _sealer.Keys.KeyId);
        using var opened = journal;
        var sender = new ObjectSender(_snapshot, parts.Api, parts.Vault, journal, parts.Time, parts.Random) { OnTrouble = parts.OnTrouble };
        var alive = await ResolveAsync(journalled, sender, journal, cancellation).ConfigureAwait(false);
        using var earlier = await KnownRebuild.RunAsync(buildsOn?.Document.Indexes ?? [], basis.IsNewEpoch, alive, journal, copies, _opener,
            parts.Folder.Scratch, parts.OnTrouble, cancellation).ConfigureAwait(false);
        var damaged = parts.Folder.Damaged.Load();
        LeaveDamaged(earlier, damaged);
        using var gathering = new IndexGathering(_sealer, Draw<ObjectId>);

        var graph = new BackupGraphParts(_sealer, _opener, earlier.Known, sender, copies, gathering, Draw<ObjectId>);
        // What was taken while private keys were taken too may hold some: it is read again, and looked at.
        var takesUnchanged = buildsOn is not null && !basis.IsNewEpoch
            && (parts.Selected.IncludePrivateKeys || parts.Folder.WithoutKeys == buildsOn.Document.Id);
        var (result, findings, ledger) = await PassesAsync(graph, buildsOn?.Document, takesUnchanged, basis, proceeds, journal,
            cancellation)
            .ConfigureAwait(false);
        var evidence = new RunEvidence(ledger, findings.Counts.Files);
        if (evidence.State == GateState.Frozen)
            await FreezeAsync(ledger, findings.Counts.Files, endedEarly: false, cancellation).ConfigureAwait(false);
        var indexes = await IndexAsync(graph, earlier, damaged, result.Indexes, cancellation).ConfigureAwait(false);

        var document = Document(parent, remembered, startedAt, result, findings, indexes) with { Gate = evidence.ForSnapshot() };
        var outcome = await CommitAsync(document, findings, evidence, sender, copies, journal, cancellation).ConfigureAwait(false);
        Remember(ledger);
        parts.Folder.Damaged.Forget(damaged);
        return outcome;
    }

    private static T Draw<T>() where T : struct, IResourceId<T> =>
        ResourceId.FromRandom<T>(RandomNumberGenerator.GetBytes(ResourceId.SizeBytes));

    // The platform has them and would call them present: only a verification knows better.
    private void LeaveDamaged(EarlierRuns earlier, IReadOnlySet<ObjectName> damaged)
    {
        var packs = earlier.Known.Packs.Where(pack => damaged.Contains(pack.Name)).ToList();
        foreach (var pack in packs) pack.Forget();
        var indexes = earlier.Indexes.Count(index => damaged.Contains(index.Name));
        if (packs.Count + indexes == 0) return;
        parts.OnTrouble($"The last verify found {packs.Count} packs and {indexes} indexes damaged that this run would build on: what was "
            + "in the packs is read and stored again, and the indexes are written anew.");
    }

    // Objects whose acknowledgement the journal does not have may have arrived or not: the platform is asked, once.
    private static async Task<IReadOnlyList<JournalledObject>> ResolveAsync(IReadOnlyList<JournalledObject> journalled, ObjectSender sender,
        RunJournal journal, CancellationToken cancellation)
    {
        var doubtful = journalled.Where(found => !found.Stored && found.Name.Kind != ObjectKind.Snapshot).ToList();
        var gone = await sender.ReuseAsync(doubtful.Select(found => (found.Name, found.SizeBytes)), cancellation).ConfigureAwait(false);
        foreach (var found in doubtful)
        {
            if (gone.Contains(found.Name)) journal.Lost(found.Name);
            else journal.Stored(found.Name);
        }
        return [.. journalled.Where(found => !gone.Contains(found.Name))];
    }

    private async Task<(GraphResult Result, RunFindings Findings, RunLedger Ledger)> PassesAsync(BackupGraphParts graph,
        SnapshotDocument? parent, bool takesUnchanged, RunBasis basis, BackupProceeds proceeds, RunJournal journal,
        CancellationToken cancellation)
    {
        var (indexes, newBytes) = (new List<ObjectId>(), 0L);
        for (var pass = 1; ; pass++)
        {
            var findings = new RunFindings { OnFault = parts.OnFault, OnHit = parts.OnHit };
            var gate = new RunGate(new RunLedger(_ids, basis), _ids, new DeclaredPaths(parts.Gate.EncryptedPaths), findings);
            var result = await PassOrFreezeAsync(graph with { Gate = gate }, parent, takesUnchanged, findings, cancellation)
                .ConfigureAwait(false);
            indexes.AddRange(result.Indexes);
            newBytes += result.NewBytes;
            if (pass == 1)
            {
                await RepackAsync(graph, gate.Ledger, findings.Counts.Files, newBytes, proceeds, cancellation).ConfigureAwait(false);
                indexes.AddRange(_moved.Indexes);
            }
            var used = graph.Known.Packs.Where(pack => pack.Used).ToList();
            var gone = await graph.Sender.ReuseAsync(used.Select(pack => (pack.Name, pack.SizeBytes)), cancellation).ConfigureAwait(false);
            if (gone.Count == 0) return (result with { Indexes = indexes, NewBytes = newBytes }, findings, gate.Ledger);
            if (pass == PassesMax) throw new IOException("The platform loses packs as fast as they are stored; its operator must look at "
                + "it.");
            parts.OnTrouble($"The platform does not have {gone.Count} packs of earlier runs any more; what was in them is read and "
                + $"stored again.");
            foreach (var pack in used.Where(pack => gone.Contains(pack.Name)))
            {
                pack.Forget();
                journal.Lost(pack.Name);
            }
        }
    }

    private async Task<GraphResult> PassAsync(BackupGraphParts graph, SnapshotDocument? parent, bool takesUnchanged, RunFindings findings,
        CancellationToken cancellation)
    {
        using var chunks = new RepositoryChunks(graph.Known, graph.Copies, _opener);
        var reading = new FileReading(_sealer.Keys, new MemoryBudget(BackupGraph.ChunkBudgetBytes));
        var walk = new TreeWalkParts(parts.Selected, parts.Folder.Scratch, [parts.StatePath], reading,
            parent is null ? null : (new ParentTree(chunks, graph.Known), parent.Tree), findings, parts.Time)
        {
            Gate = graph.Gate,
            TakesUnchanged = takesUnchanged,
        };
        using var counting = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var (estimate, counted) = parts.WantsEstimate
            ? RunEstimate.Begin(walk, takesUnchanged ? parent?.Time : null, counting.Token) : (null, Task.CompletedTask);
        parts.OnPass(findings, estimate);
        var system = ActorSystem.Create("backup", Quiet);
        try
        {
            return await BackupGraph.RunAsync(system, graph, (emit, stop) => TreeWalk.RunAsync(walk, emit, stop), cancellation)
                .ConfigureAwait(false);
        }
        finally
        {
            await counting.CancelAsync().ConfigureAwait(false);
            await counted.ConfigureAwait(false);
            await system.Terminate().ConfigureAwait(false);
        }
    }

    /// <summary>The indexes that together name every pack the snapshot needs: those of before that name one, and new ones for the
    /// rest. One that is damaged, or names a pack that is not to be used again, is written anew without that pack.</summary>
    private async Task<IReadOnlyList<ObjectId>> IndexAsync(BackupGraphParts graph, EarlierRuns earlier, IReadOnlySet<ObjectName> damaged,
        IReadOnlyList<ObjectId> made, CancellationToken cancellation)
    {
        var kept = earlier.Indexes.Where(index => index.Packs.Any(pack => pack.Used)).ToList();
        var rewrite = kept.Where(index => kept.Count + made.Count > IndexesMax || damaged.Contains(index.Name)
            || index.Packs.Any(pack => pack.Gone || pack.Retired)).Select(index => index.Name).ToHashSet();
        rewrite.UnionWith(await graph.Sender.ReuseAsync(kept.Where(index => !rewrite.Contains(index.Name))
            .Select(index => (index.Name, index.SizeBytes)), cancellation).ConfigureAwait(false));
        var indexes = new List<ObjectId>([.. kept.Where(index => !rewrite.Contains(index.Name)).Select(index => index.Id), .. made]);
        var written = new HashSet<ObjectName>(kept.Where(index => !rewrite.Contains(index.Name)).SelectMany(index => index.Packs)
            .Select(pack => pack.Name));

        async Task AddAsync(KnownPack pack, IReadOnlyList<BlobEntry> entries)
        {
            if (pack.Used && written.Add(pack.Name) && graph.Gathering.Add(pack.Name.Id, entries) is { } full)
                indexes.Add(await BackupGraph.PutIndexAsync(full, graph, cancellation).ConfigureAwait(false));
        }

        foreach (var index in kept.Where(index => rewrite.Contains(index.Name)))
        {
            var plain = _opener.Open(index.Name, await graph.Copies.ReadAllAsync(index.Name, cancellation).ConfigureAwait(false)).Plain;
            var tables = IndexTable.Read(index.Name, plain);
            foreach (var pack in index.Packs)
                await AddAsync(pack, tables.First(table => table.Pack == pack.Name.Id).Entries).ConfigureAwait(false);
        }
        foreach (var (pack, entries) in earlier.Loose)
        {
            if (pack.Used) await AddAsync(pack, entries()).ConfigureAwait(false);
        }
        if (graph.Gathering.Take() is { } last)
            indexes.Add(await BackupGraph.PutIndexAsync(last, graph, cancellation).ConfigureAwait(false));
        return indexes;
    }

    private SnapshotDocument Document(ChainHead? parent, SnapshotHead? remembered, DateTimeOffset startedAt, GraphResult result,
        RunFindings findings, IReadOnlyList<ObjectId> indexes) => new()
        {
            Id = _snapshot,
            KeyId = _sealer.Keys.KeyId,
            Generation = Math.Max(parent?.Document.Generation ?? 0, remembered?.Generation ?? 0) + 1,
            Predecessors = parent is null ? []
                : [.. new[] { parent.Link }.Concat(parent.Document.Predecessors).Take(SnapshotDocument.PredecessorsMax)],
            RotatedFrom = parent is not null && parent.Document.KeyId != _sealer.Keys.KeyId
                ? new RotatedFrom(parent.Document.KeyId, parent.Link) : null,
            Time = startedAt,
            Host = new SnapshotHost(parts.Host, AgentVersion.Text),
            Roots = parts.Selected.Roots,
            Counts = findings.Counts with { NewBytes = result.NewBytes },
            Tree = result.Root,
            Indexes = indexes,
            HeldBack = findings.HeldBackFiles,
            PrivateKeys = findings.PrivateKeys,
            Faults = findings.Faults,
        };

    private async Task<BackupOutcome> CommitAsync(SnapshotDocument document, RunFindings findings, RunEvidence evidence,
        ObjectSender sender, SealedCopies copies, RunJournal journal, CancellationToken cancellation)
    {
        using var sealedSnapshot = SnapshotObject.Seal(_sealer, document);
        // Like every pack, it must open before anybody is told that it is there.
        SnapshotObject.Open(_opener, _snapshot, sealedSnapshot.Bytes.Span);
        var hash = Convert.ToHexStringLower(sealedSnapshot.Sha256());
        await sender.SendAsync(sealedSnapshot, [], [], cancellation).ConfigureAwait(false);
        copies.Keep(sealedSnapshot.Name, sealedSnapshot.Bytes.Span);
        var (objects, bytes) = sender.Needed;
        await parts.Api.CommitAsync(_snapshot, sealedSnapshot.Name, objects, bytes, evidence.ForPlatform(parts.Gate.ClearPaths),
            cancellation).ConfigureAwait(false);

        new SnapshotHead(document.Generation, _snapshot, hash, document.KeyId).Save(parts.Folder.Head);
        parts.Folder.WithoutKeys = parts.Selected.IncludePrivateKeys ? null : _snapshot;
        journal.Dispose();
        RunJournal.Delete(parts.Folder.Journal);
        parts.Folder.NewEpoch = false;
        copies.KeepOnly(sender.NeededNames);
        return new BackupOutcome(_snapshot, document.Generation, hash[..16], document.Counts, parts.Vault.SentBytes,
            findings.Unchanged, findings.IsComplete)
        {
            Overdue = findings.Overdue,
            Moved = _moved,
            Repack = _repack,
        };
    }
}
