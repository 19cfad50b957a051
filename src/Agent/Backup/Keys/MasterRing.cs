using HostAtlas.Agent.Backup.Format;

namespace HostAtlas.Agent.Backup.Keys;

/// <summary>The master keys of this host, the newest first: it seals, every one of them opens. Disposing clears them.</summary>
public sealed class MasterRing : IDisposable
{
    /// <summary>Takes at least one, each once.</summary>
    public MasterRing(IReadOnlyList<StoredMaster> masters)
    {
        ArgumentNullException.ThrowIfNull(masters);
        if (masters.Count == 0) throw new ArgumentException("A ring holds at least one key.", nameof(masters));
        if (masters.DistinctBy(master => master.Key.KeyId).Count() != masters.Count)
            throw new ArgumentException("A ring holds each key once.", nameof(masters));
        Masters = masters;
    }

    /// <summary>All of them.</summary>
    public IReadOnlyList<StoredMaster> Masters { get; }

    /// <summary>The one that seals.</summary>
    public StoredMaster Newest => Masters[0];

    /// <summary>
    /// Why no backup may be made yet, or null. The first backup waits for the owner to have a recovery key, because one that nobody can
    /// read is worse than none: it is believed in. A key that was rotated in later only warns (<see cref="Warning"/>): a host that stops
    /// its backups at three in the morning protects nobody.
    /// </summary>
    public string? Refusal => Masters.All(master => master.Recovery == RecoveryConfirmation.Unconfirmed)
        ? "nobody has a copy of this host's backup key yet, so no backup is made. Run hostatlas-agent key show on a terminal, or "
            + "hostatlas-agent key show --to FILE, and keep the recovery key somewhere else than on this host"
        : null;

    /// <summary>What every run should say, or null.</summary>
    public string? Warning => Refusal is null && Newest.Recovery == RecoveryConfirmation.Unconfirmed
        ? $"nobody has a copy of the backup key {Newest.Key.KeyId}, which came with the last rotation; run hostatlas-agent key show"
        : null;

    /// <summary>The keys derived from all of them.</summary>
    public KeyRing Derive() => new([.. Masters.Select(master => master.Key.Derive())]);

    /// <summary>A ring with a new newest key. The masters are shared with this one.</summary>
    public MasterRing WithNewest(StoredMaster master) => new([master, .. Masters]);

    /// <summary>A ring that opens with one more key and seals as before.</summary>
    public MasterRing WithOlder(StoredMaster master) => new([.. Masters, master]);

    /// <summary>A ring that knows more about the owner's copy of a key.</summary>
    public MasterRing With(BackupKeyId key, RecoveryConfirmation recovery) =>
        new([.. Masters.Select(master => master.Key.KeyId == key ? master with { Recovery = recovery } : master)]);

    /// <inheritdoc />
    public void Dispose()
    {
        foreach (var master in Masters) master.Key.Dispose();
    }
}
