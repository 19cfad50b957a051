using System.Collections.Concurrent;
using HostAtlas.Engine.Backups.Retention;
using HostAtlas.Engine.Presence;
using HostAtlas.Engine.Storage;
using HostAtlas.Engine.Vault;
using HostAtlas.Shared.Backups;
using HostAtlas.Shared.Ids;

namespace HostAtlas.Engine.Backups;

/// <summary>
/// What an entity's decision needs from tables and vault, read before it, and what it leaves there. Nothing here decides, and nothing here
/// knows an actor.
/// </summary>
public sealed class BackupDesk(IBackupStore store, IVault vault, EngineOptions options)
{
    private const int PageObjects = 5_000, MissingNamed = 20, DeletedAtATime = 250, DeletionsUnderWay = 8;

    private static readonly ParallelOptions SomeAtATime = new() { MaxDegreeOfParallelism = DeletionsUnderWay };

    /// <summary>What server and team may send.</summary>
    public BackupQuotas Quotas { get; } = new(options.BackupBytesPerServerDay, options.BackupBytesPerTeam)
    {
        ServerBytes = options.BackupBytesPerServer,
    };

    /// <summary>A ticket to put one of a server's objects.</summary>
    public VaultTicket PutTicket(ServerKey server, AnnouncedObject announced, DateTimeOffset until) => vault.PutTicket(
        new VaultKey(server.Team, server.Server, announced.Name), new ObjectForm(announced.Size, announced.Sha256, announced.Md5), until);

    /// <summary>A ticket to get one of a server's objects.</summary>
    public VaultTicket GetTicket(ServerKey server, ObjectName name, DateTimeOffset until) =>
        vault.GetTicket(new VaultKey(server.Team, server.Server, name), until);

    /// <summary>The facts that a payload is decided by; null when it needs none. A list needs to know which rows count.</summary>
    public async Task<object?> ReadAsync(ServerKey server, IBackupPayload payload, ChainExtent extent, DateTimeOffset now) => payload switch
    {
        UploadsPayload uploads => await UploadsAsync(server, uploads, now).ConfigureAwait(false),
        CommitPayload commit => await CommitAsync(server, commit, extent, now).ConfigureAwait(false),
        ListPayload => await ListAsync(server, extent).ConfigureAwait(false),
        DownloadsPayload downloads =>
            await vault.SizesAsync(server.Team, server.Server, downloads.Objects, CancellationToken.None).ConfigureAwait(false),
        _ => null,
    };

    /// <summary>The facts that a command is decided by; null when it needs none.</summary>
    public async Task<object?> ReadAsync(ServerKey server, IBackupCommand command, BackupState state, DateTimeOffset now) => command switch
    {
        BackupRequest request => await ReadAsync(server, request.Payload, ChainExtent.Of(state), now).ConfigureAwait(false),
        // What is accepted is what lies there, not what somebody saw a while ago.
        ResumeBackups { AcceptsAll: true } when state.KeptEvidence is { } number =>
            await store.EvidenceAsync(server, number, CancellationToken.None).ConfigureAwait(false),
        SweepBackups sweep => await SweepAsync(server, sweep, state, now).ConfigureAwait(false),
        _ => null,
    };

    /// <summary>
    /// Carries a decision into vault and tables. What goes leaves the vault first: a row without its object is deleted once more, an
    /// object without its row would lie there for ever. Gives what the vault refused to delete: its rows stay.
    /// </summary>
    public async Task<IReadOnlyList<HeldObject>> WriteAsync(ServerKey server, BackupWrites writes, DateTimeOffset now)
    {
        IReadOnlyList<HeldObject> held = [];
        if (writes.Sweep is { Deleted.Count: > 0 } sweep)
        {
            held = await DeleteAsync(server, sweep, now).ConfigureAwait(false);
            writes = writes with { Sweep = sweep.Without(held) };
        }
        if (writes.Sweep is { Wipes: true })
            await vault.ForgetAsync(server.Team, server.Server, CancellationToken.None).ConfigureAwait(false);
        await store.WriteAsync(server, writes, CancellationToken.None).ConfigureAwait(false);
        return held;
    }

    private async Task<IReadOnlyList<HeldObject>> DeleteAsync(ServerKey server, SweepWrites sweep, DateTimeOffset now)
    {
        var held = new ConcurrentBag<HeldObject>();
        await Parallel.ForEachAsync(sweep.Deleted, SomeAtATime, async (one, stop) =>
        {
            var outcome = await vault.DeleteAsync(new VaultKey(server.Team, server.Server, one.Name), stop).ConfigureAwait(false);
            if (outcome.IsGone) return;
            var until = outcome.HeldUntil > now ? outcome.HeldUntil.Value : now + HeldObject.AgainAfter;
            held.Add(new HeldObject(one.Name, one.Size, until));
        }).ConfigureAwait(false);
        return [.. held];
    }

    // Also what has expired: as long as nothing of it is marked it can be restored.
    private async Task<IReadOnlyList<CommittedSnapshot>> ListAsync(ServerKey server, ChainExtent extent) =>
        [.. (await store.ChainAsync(server, extent, CancellationToken.None).ConfigureAwait(false)).Select(item => item.Snapshot)];

    private async Task<object?> SweepAsync(ServerKey server, SweepBackups sweep, BackupState state, DateTimeOffset now)
    {
        var extent = ChainExtent.Of(state);
        switch (sweep.Step)
        {
            case SweepStep.Expire:
                return new ExpireFacts(await store.ChainAsync(server, extent, CancellationToken.None).ConfigureAwait(false));
            case SweepStep.Mark or SweepStep.Delete:
                var which = sweep.Step == SweepStep.Mark ? ObjectsWanted.Restless
                    : state.ClosedAt is null ? ObjectsWanted.Marked : ObjectsWanted.All;
                var size = sweep.Step == SweepStep.Mark ? PageObjects : DeletedAtATime;
                SnapshotId[] runs = [.. state.Runs.Select(run => run.Snapshot)];
                var question = new ObjectQuestion(extent, runs, which, sweep.After, size + 1);
                // What the vault has refused to delete is not tried again before its time.
                if (sweep.Step == SweepStep.Delete) question = question with { HeldAt = now };
                var page = await store.StandingAsync(server, question, CancellationToken.None).ConfigureAwait(false);
                var facts = new ObjectFacts([.. page.Take(size)], page.Count > size);
                return sweep.Step == SweepStep.Mark || facts.More ? facts : facts with
                {
                    Held = (await store.SpaceAsync(server, extent.Steps, now, CancellationToken.None).ConfigureAwait(false)).Held,
                };
            default:
                return null;
        }
    }

    private async Task<UploadFacts> UploadsAsync(ServerKey server, UploadsPayload uploads, DateTimeOffset now)
    {
        ObjectName[] names = [.. uploads.Objects.Select(announced => announced.Name), .. uploads.Reused];
        var rows = await store.FindAsync(server, uploads.Snapshot, names, now, CancellationToken.None).ConfigureAwait(false);
        var sizes = await vault.SizesAsync(server.Team, server.Server, [.. names.Union(rows.LivingTickets)], CancellationToken.None)
            .ConfigureAwait(false);
        var teamBytes = Quotas.TeamBytes is null
            ? 0
            : await store.TeamBytesAsync(server.Team, CancellationToken.None).ConfigureAwait(false);
        var serverBytes = Quotas.ServerBytes is null
            ? 0
            : (await store.SpaceAsync(server, steps: 0, now, CancellationToken.None).ConfigureAwait(false)).Total.Bytes;
        return new UploadFacts(rows.Known, sizes, rows.LivingTickets.Where(name => !sizes.ContainsKey(name)).ToHashSet(), teamBytes)
        {
            ServerBytes = serverBytes,
        };
    }

    /// <summary>Walks the run's needed set in pages: it may be a million names, and none of them stays in memory.</summary>
    private async Task<CommitFacts> CommitAsync(ServerKey server, CommitPayload commit, ChainExtent extent, DateTimeOffset now)
    {
        // Whoever asks again because the first walk took longer than he waited is answered without another one.
        var committed = await store.FindSnapshotAsync(server, commit.Snapshot, CancellationToken.None).ConfigureAwait(false);
        if (committed?.Number <= extent.Head) return new CommitFacts(committed, committed.Objects, committed.Bytes, 0, [], null);
        var (objects, bytes, missing, missingCount) = (0, 0L, new List<ObjectName>(), 0);
        KnownObject? snapshot = null;
        ObjectName? after = null;
        IReadOnlyList<NeededObject> page;
        do
        {
            page = await store.NeededAsync(server, commit.Snapshot, after, PageObjects, CancellationToken.None).ConfigureAwait(false);
            var sizes = await vault.SizesAsync(server.Team, server.Server, [.. page.Select(needed => needed.Name)], CancellationToken.None)
                .ConfigureAwait(false);
            foreach (var needed in page)
            {
                objects++;
                bytes += needed.Size;
                if (needed.Name == commit.SnapshotObject) snapshot = new KnownObject(needed.Size, needed.Sha256, default, InRun: true);
                if (sizes.TryGetValue(needed.Name, out var size) && size == needed.Size) continue;
                missingCount++;
                if (missing.Count < MissingNamed) missing.Add(needed.Name);
            }
            if (page.Count > 0) after = page[^1].Name;
        }
        while (page.Count == PageObjects);
        if (missingCount == 0) await vault.SettleAsync(server.Team, server.Server, CancellationToken.None).ConfigureAwait(false);
        return new CommitFacts(committed, objects, bytes, missingCount, missing, snapshot)
        {
            Recent = await store.CommitTimesAsync(server, extent, CommitRate.WindowFrom(now), CancellationToken.None).ConfigureAwait(false),
        };
    }
}
