using HostAtlas.Agent.Backup.Format;

namespace HostAtlas.Agent.Backup.Run;

/// <summary>What a walk found that people must hear of, and how much there was. Lists stop where a snapshot's do; the counts go
/// on.</summary>
internal sealed class RunFindings
{
    private readonly Lock _lock = new();
    private readonly List<ListedPath> _privateKeys = [], _faults = [], _heldBack = [];
    private long _files, _directories, _others, _bytes, _unreadable, _changed, _keys, _unchanged, _unchangedBytes, _inFile;
    private long _heldBackFiles, _overdue;

    /// <summary>Hears of each fault as it is found: the path for people, and why.</summary>
    public Action<string, string>? OnFault { get; init; }

    /// <summary>Private keys that were left out.</summary>
    public IReadOnlyList<ListedPath> PrivateKeys => _privateKeys;

    /// <summary>Files that could not be read, or changed meanwhile.</summary>
    public IReadOnlyList<ListedPath> Faults => _faults;

    /// <summary>Hears of each file that a rule of the gate hit: the path for people, the rules, whether it is held back.</summary>
    public Action<string, IReadOnlyList<string>, bool>? OnHit { get; init; }

    /// <summary>Files that stay in their last clean version.</summary>
    public IReadOnlyList<ListedPath> HeldBackFiles => _heldBack;

    /// <summary>Of them, files that were held back for so many runs that the backup counts as incomplete.</summary>
    public long Overdue => Interlocked.Read(ref _overdue);

    /// <summary>Whether every selected file is there as it was.</summary>
    public bool IsComplete =>
        Interlocked.Read(ref _unreadable) == 0 && Interlocked.Read(ref _changed) == 0 && Interlocked.Read(ref _heldBackFiles) == 0;

    /// <summary>Files and bytes so far.</summary>
    public (long Files, long Bytes) Done => (Interlocked.Read(ref _files), Interlocked.Read(ref _bytes));

    /// <summary>Files that were not read because nothing about them had changed.</summary>
    public long Unchanged => Interlocked.Read(ref _unchanged);

    /// <summary>Their bytes.</summary>
    public long UnchangedBytes => Interlocked.Read(ref _unchangedBytes);

    /// <summary>Bytes of the file that is being read: it may take hours.</summary>
    public long InFile
    {
        get => Interlocked.Read(ref _inFile);
        set => Interlocked.Exchange(ref _inFile, value);
    }

    /// <summary>The figures, but for what only the stores know.</summary>
    public SnapshotCounts Counts => new()
    {
        Files = _files,
        Directories = _directories,
        Others = _others,
        Bytes = _bytes,
        HeldBack = Interlocked.Read(ref _heldBackFiles),
        PrivateKeys = _keys,
        Unreadable = _unreadable,
        Changed = _changed,
    };

    /// <summary>An entry is in the snapshot.</summary>
    public void Took(TreeEntry entry, bool unchanged = false)
    {
        switch (entry.Type)
        {
            case TreeEntryType.File:
                // In this order a reader never sees more done than there is, at worst a file less for a moment.
                InFile = 0;
                Interlocked.Increment(ref _files);
                Interlocked.Add(ref _bytes, entry.Size);
                if (!unchanged) break;
                Interlocked.Increment(ref _unchanged);
                Interlocked.Add(ref _unchangedBytes, entry.Size);
                break;
            case TreeEntryType.Directory:
                Interlocked.Increment(ref _directories);
                break;
            default:
                Interlocked.Increment(ref _others);
                break;
        }
    }

    /// <summary>A file that was counted stays in an earlier version.</summary>
    /// <param name="path">Its path.</param>
    /// <param name="since">Since when.</param>
    /// <param name="growth">How many bytes more the earlier version has.</param>
    /// <param name="isOverdue">It was held back for so many runs that the backup counts as incomplete.</param>
    public void HeldBack(ReadOnlySpan<byte> path, DateTimeOffset since, long growth, bool isOverdue)
    {
        Interlocked.Increment(ref _heldBackFiles);
        Interlocked.Add(ref _bytes, growth);
        if (isOverdue) Interlocked.Increment(ref _overdue);
        Add(_heldBack, ListedPath.Of(path) with { Since = since });
    }

    /// <summary>A private key was left out.</summary>
    public void PrivateKey(ReadOnlySpan<byte> path)
    {
        Interlocked.Increment(ref _keys);
        Add(_privateKeys, ListedPath.Of(path));
    }

    /// <summary>Something could not be read.</summary>
    public void Unreadable(ReadOnlySpan<byte> path, string why)
    {
        Interlocked.Increment(ref _unreadable);
        Fault(path, why);
    }

    /// <summary>A file changed while it was read: what is kept may be half of each.</summary>
    public void Changed(ReadOnlySpan<byte> path, string why)
    {
        Interlocked.Increment(ref _changed);
        Fault(path, why);
    }

    private void Fault(ReadOnlySpan<byte> path, string why)
    {
        Add(_faults, ListedPath.Of(path) with { Why = why });
        OnFault?.Invoke(TreeNames.Display(path), why);
    }

    private void Add(List<ListedPath> list, ListedPath path)
    {
        lock (_lock)
        {
            if (list.Count < SnapshotDocument.ListedMax) list.Add(path);
        }
    }
}
