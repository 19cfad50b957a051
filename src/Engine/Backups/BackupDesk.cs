using HostAtlas.Engine.Presence;
using HostAtlas.Engine.Storage;
using HostAtlas.Engine.Vault;
using HostAtlas.Shared.Backups;

namespace HostAtlas.Engine.Backups;

/// <summary>
/// What an entity's decision needs from tables and vault, read before it, and what it leaves there. Nothing here decides, and nothing here
/// knows an actor.
/// </summary>
public sealed class BackupDesk(IBackupStore store, IVault vault, EngineOptions options)
{
    private const int PageObjects = 5_000, MissingNamed = 20;

    /// <summary>What server and team may send.</summary>
    public BackupQuotas Quotas { get; } = new(options.BackupBytesPerServerDay, options.BackupBytesPerTeam);

    /// <summary>A ticket to put one of a server's objects.</summary>
    public VaultTicket PutTicket(ServerKey server, AnnouncedObject announced, DateTimeOffset until) => vault.PutTicket(
        new VaultKey(server.Team, server.Server, announced.Name), new ObjectForm(announced.Size, announced.Sha256, announced.Md5), until);

    /// <summary>A ticket to get one of a server's objects.</summary>
    public VaultTicket GetTicket(ServerKey server, ObjectName name, DateTimeOffset until) =>
        vault.GetTicket(new VaultKey(server.Team, server.Server, name), until);

    /// <summary>The facts that a payload is decided by; null when it needs none. A list needs the head's number.</summary>
    public async Task<object?> ReadAsync(ServerKey server, IBackupPayload payload, long headNumber, DateTimeOffset now) => payload switch
    {
        UploadsPayload uploads => await UploadsAsync(server, uploads, now).ConfigureAwait(false),
        CommitPayload commit => await CommitAsync(server, commit, headNumber).ConfigureAwait(false),
        ListPayload => await store.SnapshotsAsync(server, headNumber, CancellationToken.None).ConfigureAwait(false),
        DownloadsPayload downloads =>
            await vault.SizesAsync(server.Team, server.Server, downloads.Objects, CancellationToken.None).ConfigureAwait(false),
        _ => null,
    };

    /// <summary>The facts that a command is decided by; null when it needs none.</summary>
    public async Task<object?> ReadAsync(ServerKey server, IBackupCommand command, BackupState state, DateTimeOffset now) => command switch
    {
        BackupRequest request => await ReadAsync(server, request.Payload, state.Head?.Number ?? 0, now).ConfigureAwait(false),
        // What is accepted is what lies there, not what somebody saw a while ago.
        ResumeBackups { AcceptsAll: true } when state.Gate?.Verdict?.Evidence is { } number =>
            await store.EvidenceAsync(server, number, CancellationToken.None).ConfigureAwait(false),
        _ => null,
    };

    /// <summary>Carries a decision into the tables.</summary>
    public Task WriteAsync(ServerKey server, BackupWrites writes) => store.WriteAsync(server, writes, CancellationToken.None);

    private async Task<UploadFacts> UploadsAsync(ServerKey server, UploadsPayload uploads, DateTimeOffset now)
    {
        ObjectName[] names = [.. uploads.Objects.Select(announced => announced.Name), .. uploads.Reused];
        var rows = await store.FindAsync(server, uploads.Snapshot, names, now, CancellationToken.None).ConfigureAwait(false);
        var sizes = await vault.SizesAsync(server.Team, server.Server, [.. names.Union(rows.LivingTickets)], CancellationToken.None)
            .ConfigureAwait(false);
        var teamBytes = Quotas.TeamBytes is null
            ? 0
            : await store.TeamBytesAsync(server.Team, CancellationToken.None).ConfigureAwait(false);
        return new UploadFacts(rows.Known, sizes, rows.LivingTickets.Where(name => !sizes.ContainsKey(name)).ToHashSet(), teamBytes);
    }

    /// <summary>Walks the run's needed set in pages: it may be a million names, and none of them stays in memory.</summary>
    private async Task<CommitFacts> CommitAsync(ServerKey server, CommitPayload commit, long headNumber)
    {
        // Whoever asks again because the first walk took longer than he waited is answered without another one.
        var committed = await store.FindSnapshotAsync(server, commit.Snapshot, CancellationToken.None).ConfigureAwait(false);
        if (committed?.Number <= headNumber) return new CommitFacts(committed, committed.Objects, committed.Bytes, 0, [], null);
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
        return new CommitFacts(committed, objects, bytes, missingCount, missing, snapshot);
    }
}
