using HostAtlas.Agent.Backup.Format;
using HostAtlas.Agent.Backup.Selection;
using HostAtlas.Agent.Backup.Walk;
using Microsoft.Win32.SafeHandles;

namespace HostAtlas.Agent.Backup.Run;

/// <summary>What a walk needs.</summary>
/// <param name="Selected">What is taken.</param>
/// <param name="Scratch">A folder for what does not fit into memory.</param>
/// <param name="Own">Folders of the agent itself, which are never taken: they hold its keys.</param>
/// <param name="Reading">Reads files; null: only looks at what is there, as a rehearsal and for the estimate.</param>
/// <param name="Parent">The parent's tree and the reference of its "/", or null.</param>
/// <param name="Findings">Hears what was found.</param>
/// <param name="Time">The clock.</param>
internal sealed record TreeWalkParts(Selected Selected, string Scratch, IReadOnlyList<string> Own, FileReading? Reading,
    (ParentTree Tree, Reference Root)? Parent, RunFindings Findings, TimeProvider Time)
{
    /// <summary>Looks at the files that are read; null: nobody does.</summary>
    public RunGate? Gate { get; init; }

    /// <summary>What is as it was in the parent is taken from there; else everything is read again.</summary>
    public bool TakesUnchanged { get; init; } = true;

    /// <summary>When only looking: what was last changed before this time counts as unchanged; null: nothing does.</summary>
    public long? UnchangedBeforeNs { get; init; }
}

/// <summary>
/// Walks from "/" to the roots and through them, in the order of the names' bytes, by names relative to open directories, following no link
/// and staying on each root's file system. Holds an open directory a level, but at most 256 of them: above, they are found again by "..".
/// </summary>
internal sealed partial class TreeWalk
{
    private const int OpenDirectoriesMax = 256;

    private readonly TreeWalkParts _parts;
    private readonly Func<WalkItem, ValueTask> _emit;
    private readonly CancellationToken _cancellation;
    private readonly Stack<WalkFrame> _frames = new();
    private readonly HashSet<(DeviceId, ulong)> _own = [];
    private readonly WalkPath _path = new();

    private TreeWalk(TreeWalkParts parts, Func<WalkItem, ValueTask> emit, CancellationToken cancellation)
    {
        (_parts, _emit, _cancellation) = (parts, emit, cancellation);
    }

    /// <summary>Walks everything. Faults of single files are findings; what is thrown ends the run.</summary>
    public static async Task RunAsync(TreeWalkParts parts, Func<WalkItem, ValueTask> emit, CancellationToken cancellation)
    {
        var walk = new TreeWalk(parts, emit, cancellation);
        try
        {
            walk.FindOwnFolders();
            await walk.AllAsync().ConfigureAwait(false);
        }
        finally
        {
            foreach (var frame in walk._frames) await frame.DisposeAsync().ConfigureAwait(false);
        }
    }

    private void FindOwnFolders()
    {
        foreach (var folder in _parts.Own)
        {
            var handle = LinuxFiles.OpenRoot();
            foreach (var part in folder.Split('/', StringSplitOptions.RemoveEmptyEntries))
            {
                using var parent = handle;
                handle = LinuxFiles.OpenDirectory(parent, System.Text.Encoding.UTF8.GetBytes(part));
            }
            using (handle)
            {
                var facts = LinuxFiles.Stat(handle);
                _own.Add((facts.FileSystem, facts.Inode));
            }
        }
    }

    private async Task AllAsync()
    {
        var roots = RootTree.Of(_parts.Selected.Roots);
        var top = LinuxFiles.OpenRoot();
        await PushAsync(top, LinuxFiles.Stat(top), roots, roots.IsRoot, _parts.Parent?.Root).ConfigureAwait(false);
        while (_frames.TryPeek(out var frame))
        {
            _cancellation.ThrowIfCancellationRequested();
            if (frame.Names.TryNext(out var name))
            {
                _path.Enter(name);
                if (!await VisitAsync(frame, name).ConfigureAwait(false)) _path.Leave();
                continue;
            }
            await PopAsync().ConfigureAwait(false);
        }
    }

    private async ValueTask PushAsync(SafeFileHandle directory, FileFacts facts, RootTree? roots, bool inside, Reference? parent)
    {
        WalkFrame? frame = null;
        try
        {
            var names = inside ? SortedNames.Read(directory, _parts.Scratch) : SortedNames.Of(roots?.Names ?? []);
            var isCache = inside && IsCache(directory);
            if (isCache) names = OnlyTag(names);
            frame = new WalkFrame(directory, facts, names, roots, inside, parent is null ? null
                : _parts.Parent?.Tree.Open(parent, (entry, isFound) => PassedAsync(frame!, entry, isFound), _cancellation))
            {
                IsListed = inside && !isCache,
            };
        }
        catch (LinuxFaultException fault)
        {
            _parts.Findings.Unreadable(_path.Bytes, fault.Message);
            frame = new WalkFrame(directory, facts, SortedNames.Of([]), roots, inside, null);
        }
        if (_frames.Count >= OpenDirectoriesMax) _frames.ElementAt(OpenDirectoriesMax - 1).Close();
        _frames.Push(frame);
        await ValueTask.CompletedTask.ConfigureAwait(false);
    }

    private async ValueTask PopAsync()
    {
        if (_frames.Peek().Parent is { } parent) await parent.DrainAsync().ConfigureAwait(false);
        var frame = _frames.Pop();
        if (_frames.TryPeek(out var above))
        {
            above.Reopen(frame.Directory);
            _path.Leave();
        }
        await frame.DisposeAsync().ConfigureAwait(false);
        await _emit(WalkItem.Leave.Instance).ConfigureAwait(false);
    }

    /// <summary>Looks at one name; true when it is a directory that was gone into.</summary>
    private async ValueTask<bool> VisitAsync(WalkFrame frame, byte[] name)
    {
        var roots = frame.Roots?.Child(name);
        // Asked for each name, also for one that is not taken any more: what nobody asks for counts as gone.
        var before = frame.Parent is null ? null : await frame.Parent.FindAsync(name).ConfigureAwait(false);
        FileFacts facts;
        try
        {
            facts = LinuxFiles.Stat(frame.Directory, name);
        }
        catch (LinuxFaultException fault)
        {
            _parts.Findings.Unreadable(_path.Bytes, fault.IsGone ? "it is not there, or vanished meanwhile" : fault.Message);
            return false;
        }
        var isDirectory = facts.Kind == FileKind.Directory;
        var isRoot = roots?.IsRoot ?? false;
        if (before is not null && IsOther(before, facts.Kind))
        {
            await CountGoneAsync(before).ConfigureAwait(false);
            before = null;
        }
        if (_own.Contains((facts.FileSystem, facts.Inode)) && isDirectory) return false;
        var isMissed = roots is not null && TellMissed(facts.Kind, isRoot);
        var excluded = !isRoot && frame.Inside && _parts.Selected.Exclude.Exclude(_path.Bytes, isDirectory);
        if (excluded && (roots is null || !isDirectory)) return false;
        if (isDirectory) return await VisitDirectoryAsync(frame, name, facts, roots, excluded, before).ConfigureAwait(false);
        // Within another root the link or file itself is still that one's.
        if (isMissed && !frame.Inside) return false;
        if (facts.Kind == FileKind.File) await VisitFileAsync(frame, name, facts, before).ConfigureAwait(false);
        else if (Enum.IsDefined(facts.Kind) && facts.Kind != FileKind.Unknown) await VisitOtherAsync(frame, name, facts)
            .ConfigureAwait(false);
        return false;
    }

    /// <summary>Tells a root that is missed because a link, or what is no directory, stands in its place or on the way to it.</summary>
    private bool TellMissed(FileKind kind, bool isRoot)
    {
        // The link alone would be a backup of nothing that calls itself complete.
        if (isRoot ? kind != FileKind.Symlink : kind == FileKind.Directory) return false;
        _parts.Findings.Unreadable(_path.Bytes, isRoot ? "a symbolic link, so the root is not there; a root is named by its real path"
            : "no directory, so the roots below are not there; a root is named by its real path");
        return true;
    }

    private async ValueTask<bool> VisitDirectoryAsync(WalkFrame frame, byte[] name, FileFacts facts, RootTree? roots, bool excluded,
        TreeEntry? before)
    {
        SafeFileHandle? opened = null;
        var entry = EntryFacts.Of(name, facts, NowNs());
        try
        {
            if (_parts.Reading is not null) entry = entry with { Xattrs = LinuxFiles.Xattrs(frame.Directory, name) };
            opened = LinuxFiles.OpenDirectory(frame.Directory, name);
            facts = LinuxFiles.Stat(opened);
        }
        catch (LinuxFaultException fault)
        {
            opened?.Dispose();
            _parts.Findings.Unreadable(_path.Bytes, fault.IsGone ? "it vanished while it was read" : fault.Message);
            if (fault.IsGone) return false;
            await EmitEmptyAsync(entry).ConfigureAwait(false);
            return false;
        }
        // Another file system stays an empty place, unless it is a root of its own or leads to one.
        var isForeign = frame.Inside && facts.FileSystem != frame.Facts.FileSystem;
        var inside = (roots?.IsRoot ?? false) || (frame.Inside && !excluded && !isForeign && !IsLoop(facts));
        await _emit(new WalkItem.Enter(entry)).ConfigureAwait(false);
        _parts.Findings.Took(entry);
        await PushAsync(opened, facts, roots, inside, before?.Subtree).ConfigureAwait(false);
        return true;
    }

    // A bind mount of a directory that the walk is in already: all of it is in the snapshot where it really is. That two inodes have one
    // number says nothing by itself, there are file systems in user space that have one number for all.
    private bool IsLoop(FileFacts directory) => directory.IsMountRoot && _frames.Any(above =>
        above.Inside && above.Facts.Inode == directory.Inode && above.Facts.FileSystem == directory.FileSystem);

    private async ValueTask EmitEmptyAsync(TreeEntry directory)
    {
        await _emit(new WalkItem.Enter(directory)).ConfigureAwait(false);
        await _emit(WalkItem.Leave.Instance).ConfigureAwait(false);
        _parts.Findings.Took(directory);
    }

    private async ValueTask VisitOtherAsync(WalkFrame frame, byte[] name, FileFacts facts)
    {
        var entry = EntryFacts.Of(name, facts, NowNs());
        try
        {
            entry = entry with
            {
                Xattrs = _parts.Reading is null ? [] : LinuxFiles.Xattrs(frame.Directory, name),
                Target = facts.Kind == FileKind.Symlink ? LinuxFiles.ReadLink(frame.Directory, name) : null,
            };
        }
        catch (LinuxFaultException fault)
        {
            _parts.Findings.Unreadable(_path.Bytes, fault.IsGone ? "it vanished while it was read" : fault.Message);
            return;
        }
        await _emit(new WalkItem.Whole(entry)).ConfigureAwait(false);
        _parts.Findings.Took(entry);
    }

    // Nothing but the tag itself stays of a directory whose owner says that it can be made again.
    private static SortedNames OnlyTag(SortedNames names)
    {
        names.Dispose();
        return SortedNames.Of([Selected.CacheTag.ToArray()]);
    }

    private static bool IsCache(SafeFileHandle directory)
    {
        try
        {
            using var tag = LinuxFiles.OpenFile(directory, Selected.CacheTag);
            Span<byte> head = stackalloc byte[Selected.CacheSignature.Length];
            return LinuxFiles.Stat(tag).Kind == FileKind.File && LinuxFiles.Read(tag, head, 0) == head.Length
                && head.SequenceEqual(Selected.CacheSignature);
        }
        catch (LinuxFaultException)
        {
            return false;
        }
    }

    private long NowNs() => (_parts.Time.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks * 100;
}
