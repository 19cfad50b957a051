namespace HostAtlas.Agent.Backup.Format;

/// <summary>The keys of all masters that this host has, the newest first: it seals, every one of them opens.</summary>
public sealed class KeyRing : IDisposable
{
    private readonly IReadOnlyList<RepositoryKeys> _keys;

    /// <summary>Takes at least one; they are cleared with the ring.</summary>
    public KeyRing(IReadOnlyList<RepositoryKeys> keys)
    {
        ArgumentNullException.ThrowIfNull(keys);
        if (keys.Count == 0) throw new ArgumentException("A ring holds at least one key.", nameof(keys));
        _keys = keys;
    }

    /// <summary>The key that seals.</summary>
    public RepositoryKeys Newest => _keys[0];

    /// <summary>All of them, the newest first.</summary>
    public IReadOnlyList<RepositoryKeys> All => _keys;

    /// <summary>The keys of that id, or null.</summary>
    public RepositoryKeys? Find(BackupKeyId id)
    {
        foreach (var keys in _keys)
        {
            if (keys.KeyId == id) return keys;
        }
        return null;
    }

    /// <inheritdoc />
    public void Dispose()
    {
        foreach (var keys in _keys) keys.Dispose();
    }
}
