using HostAtlas.Agent.Backup.Format;

namespace HostAtlas.Agent.Restore;

/// <summary>
/// A directory on its way back. It is made when something is to be put in it, stays open while anything of it is unfinished, and gets its
/// own mode and times last, because every file that is put in moves them. Thread-safe.
/// </summary>
internal sealed class RestoreDirectory
{
    private readonly RestoreContext _context;
    private readonly RestoreDirectory? _parent;
    private readonly TreeEntry? _entry;
    private readonly byte[] _name;
    private readonly Lock _lock = new();
    private TargetDirectory? _open;
    private string? _fault;
    private bool _isMade;
    private int _users = 1;

    private RestoreDirectory(RestoreContext context, RestoreDirectory? parent, TreeEntry? entry, ReadOnlyMemory<byte> path, PathState state)
    {
        (_context, _parent, _entry, Path, State) = (context, parent, entry, path, state);
        _name = entry is null ? [] : RestoreCalls.Name(entry.Name.Span);
        parent?.Hold();
    }

    /// <summary>The path from the target's root, raw.</summary>
    public ReadOnlyMemory<byte> Path { get; }

    /// <summary>How far it got in the selection.</summary>
    public PathState State { get; }

    /// <summary>The target's root.</summary>
    public static RestoreDirectory Root(RestoreContext context, TargetDirectory target) =>
        new(context, null, null, ReadOnlyMemory<byte>.Empty, context.Options.Selection.Root) { _open = target };

    /// <summary>A directory in this one.</summary>
    public RestoreDirectory Below(TreeEntry entry, PathState state) => new(_context, this, entry, PathOf(entry), state);

    /// <summary>The path of an entry.</summary>
    public ReadOnlyMemory<byte> PathOf(TreeEntry entry)
    {
        var path = new byte[Path.Length + 1 + entry.Name.Length];
        Path.CopyTo(path);
        path[Path.Length] = (byte)'/';
        entry.Name.CopyTo(path.AsMemory(Path.Length + 1));
        return path;
    }

    /// <summary>The open directory, made when it is not there. Whoever calls holds it.</summary>
    /// <exception cref="RestoreFaultException">It cannot be made or entered; told once for all that lies in it.</exception>
    public TargetDirectory Open()
    {
        lock (_lock)
        {
            if (_open is not null) return _open;
            if (_fault is not null) throw new RestoreFaultException(_fault);
            try
            {
                var parent = _parent!.Open();
                _isMade = parent.TryMake(_name);
                return _open = parent.Open(_name);
            }
            catch (RestoreFaultException fault)
            {
                // What lies in it is lost for the same reason, which is told here and not for each of a million files.
                _fault = $"its directory is not restored ({fault.Message})";
                if (!_parent!.IsLost) _context.Events.Failed(Path, fault.Message);
                throw new RestoreFaultException(_fault);
            }
        }
    }

    /// <summary>Whether its making failed and was told.</summary>
    public bool IsLost
    {
        get
        {
            lock (_lock) return _fault is not null;
        }
    }

    /// <summary>Opens it anew by its path, after it was finished; the caller disposes.</summary>
    public TargetDirectory OpenAgain()
    {
        if (_parent is null) return TargetDirectory.OpenRoot(_context.Options.Target);
        using var parent = _parent.OpenAgain();
        return parent.Open(_name);
    }

    /// <summary>Keeps it open.</summary>
    public void Hold() => Interlocked.Increment(ref _users);

    /// <summary>The last who lets go finishes it.</summary>
    public void Release()
    {
        if (Interlocked.Decrement(ref _users) != 0) return;
        Finish();
        _parent?.Release();
    }

    private void Finish()
    {
        if (_open is not { } open || _entry is not { } entry) return;
        using (open)
        {
            try
            {
                // A directory that was there before and should stay as it was: it has one file more, no more than that.
                if (!_isMade && _context.Options.Overwrite == OverwriteMode.Never) return;
                if (!EntryMetadata.Apply(open.Handle, entry)) _context.Events.Lessened();
                if (State.IsSelected) _context.Events.Restored(Path, entry);
            }
            catch (RestoreFaultException fault)
            {
                _context.Events.Failed(Path, fault.Message);
            }
        }
    }
}
