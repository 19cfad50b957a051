using HostAtlas.Agent.Backup.Format;
using HostAtlas.Agent.Backup.Selection;
using HostAtlas.Agent.Backup.Walk;
using HostAtlas.Agent.Gate.Rules;
using Microsoft.Win32.SafeHandles;

namespace HostAtlas.Agent.Backup.Run;

/// <summary>A directory on the way from "/" to where the walk is.</summary>
/// <param name="directory">Open.</param>
/// <param name="facts">What it is.</param>
/// <param name="names">What is left of it to look at.</param>
/// <param name="roots">Which roots lie below, if any.</param>
/// <param name="inside">It belongs to a root; else it only leads to one.</param>
/// <param name="parent">The same directory in the parent snapshot.</param>
internal sealed class WalkFrame(
    SafeFileHandle directory, FileFacts facts, SortedNames names, RootTree? roots, bool inside, ParentDirectory? parent) : IAsyncDisposable
{
    private const int GoneMost = 32;

    private readonly Queue<TreeEntry> _gone = new();

    /// <summary>The open directory.</summary>
    public SafeFileHandle Directory { get; private set; } = directory;

    /// <summary>What it is.</summary>
    public FileFacts Facts => facts;

    /// <summary>What is left of it to look at.</summary>
    public SortedNames Names => names;

    /// <summary>Which roots lie below.</summary>
    public RootTree? Roots => roots;

    /// <summary>It belongs to a root.</summary>
    public bool Inside => inside;

    /// <summary>The same directory in the parent snapshot.</summary>
    public ParentDirectory? Parent => parent;

    /// <summary>All of its names are known; else only those that lead to a root, or that are taken of a cache.</summary>
    public bool IsListed { get; init; }

    /// <summary>Files of the parent snapshot that are gone from here, as far as a later name may be their new one.</summary>
    public IReadOnlyCollection<TreeEntry> GoneFiles => _gone;

    /// <summary>Notes a file that is gone.</summary>
    public void AddGone(TreeEntry entry)
    {
        while (_gone.TryPeek(out var first) && (_gone.Count >= GoneMost || RenameMatch.IsPast(first.Name.Span, entry.Name.Span)))
            _gone.Dequeue();
        _gone.Enqueue(entry);
    }

    /// <summary>Gives the descriptor back while the walk is far below.</summary>
    public void Close() => Directory.Dispose();

    /// <summary>Finds the directory again from one below it, if it was closed.</summary>
    /// <exception cref="IOException">Somebody moved the directory below elsewhere meanwhile.</exception>
    public void Reopen(SafeFileHandle below)
    {
        if (!Directory.IsClosed) return;
        var found = LinuxFiles.OpenDirectory(below, ".."u8);
        var now = LinuxFiles.Stat(found);
        if (now.Inode != facts.Inode || now.FileSystem != facts.FileSystem)
        {
            found.Dispose();
            throw new IOException("A directory was moved elsewhere while it was being walked; run again.");
        }
        Directory = found;
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        Directory.Dispose();
        names.Dispose();
        if (parent is not null) await parent.DisposeAsync().ConfigureAwait(false);
    }
}
