using HostAtlas.Engine.Backups;
using HostAtlas.Engine.Backups.Retention;
using HostAtlas.Engine.Presence;
using HostAtlas.Engine.Storage;
using HostAtlas.Shared.Backups;
using HostAtlas.Shared.Ids;

namespace HostAtlas.Engine.Tests.Backups;

/// <summary>A real store whose answers a test can hold up, or take away.</summary>
internal sealed class HeldStore(IBackupStore store) : IBackupStore
{
    private TaskCompletionSource _gate = Opened();

    public Exception? Fault { get; set; }

    public void Hold() => _gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

    public void LetGo() => _gate.TrySetResult();

    public async Task<ObjectRows> FindAsync(
        ServerKey server, SnapshotId run, IReadOnlyCollection<ObjectName> names, DateTimeOffset now, CancellationToken cancellation)
    {
        await PassAsync();
        return await store.FindAsync(server, run, names, now, cancellation);
    }

    public async Task<IReadOnlyList<NeededObject>> NeededAsync(
        ServerKey server, SnapshotId run, ObjectName? after, int limit, CancellationToken cancellation)
    {
        await PassAsync();
        return await store.NeededAsync(server, run, after, limit, cancellation);
    }

    public Task<CommittedSnapshot?> FindSnapshotAsync(ServerKey server, SnapshotId snapshot, CancellationToken cancellation) =>
        store.FindSnapshotAsync(server, snapshot, cancellation);

    public Task<IReadOnlyList<ChainSnapshot>> ChainAsync(ServerKey server, ChainExtent extent, CancellationToken cancellation) =>
        store.ChainAsync(server, extent, cancellation);

    public Task<IReadOnlyList<DateTimeOffset>> CommitTimesAsync(
        ServerKey server, ChainExtent extent, DateTimeOffset since, CancellationToken cancellation) =>
        store.CommitTimesAsync(server, extent, since, cancellation);

    public Task<IReadOnlyList<StandingObject>> StandingAsync(
        ServerKey server, ObjectQuestion question, CancellationToken cancellation) => store.StandingAsync(server, question, cancellation);

    public Task<VaultSpace> SpaceAsync(ServerKey server, long steps, DateTimeOffset at, CancellationToken cancellation) =>
        store.SpaceAsync(server, steps, at, cancellation);

    public Task<EvidenceRow?> EvidenceAsync(ServerKey server, long number, CancellationToken cancellation) =>
        store.EvidenceAsync(server, number, cancellation);

    public Task<long> TeamBytesAsync(TeamId team, CancellationToken cancellation) => store.TeamBytesAsync(team, cancellation);

    public async Task WriteAsync(ServerKey server, BackupWrites writes, CancellationToken cancellation)
    {
        await PassAsync();
        await store.WriteAsync(server, writes, cancellation);
    }

    public Task<IReadOnlyList<ServerKey>> DueAsync(DateTimeOffset now, int limit, CancellationToken cancellation) =>
        store.DueAsync(now, limit, cancellation);

    private async Task PassAsync()
    {
        await _gate.Task;
        if (Fault is { } fault) throw fault;
    }

    private static TaskCompletionSource Opened()
    {
        var open = new TaskCompletionSource();
        open.SetResult();
        return open;
    }
}
