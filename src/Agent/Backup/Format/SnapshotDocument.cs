using System.Text.Json;
using HostAtlas.Shared.Ids;

namespace HostAtlas.Agent.Backup.Format;

/// <summary>A snapshot that came before: its place in the chain, and what its object must hash to.</summary>
/// <param name="Generation">Its generation.</param>
/// <param name="Uuid">Its id, and that of its object.</param>
/// <param name="Sha256">SHA-256 of its object, 64 lower-case hex digits.</param>
public sealed record SnapshotLink(long Generation, SnapshotId Uuid, string Sha256);

/// <summary>The chain of the key before, after a rotation.</summary>
public sealed record RotatedFrom(BackupKeyId KeyId, SnapshotLink? Head);

/// <summary>Whose snapshot it is.</summary>
/// <param name="Name">The host's name as it calls itself.</param>
/// <param name="Agent">The agent's version.</param>
public sealed record SnapshotHost(string Name, string Agent);

/// <summary>How much a snapshot holds, and what it does not hold.</summary>
public sealed record SnapshotCounts
{
    /// <summary>Regular files.</summary>
    public long Files { get; init; }

    /// <summary>Directories.</summary>
    public long Directories { get; init; }

    /// <summary>Symbolic links, devices, pipes, sockets.</summary>
    public long Others { get; init; }

    /// <summary>Bytes of the files, holes included.</summary>
    public long Bytes { get; init; }

    /// <summary>Bytes of chunks that no earlier snapshot had.</summary>
    public long NewBytes { get; init; }

    /// <summary>Files that the gate holds back.</summary>
    public long HeldBack { get; init; }

    /// <summary>Private keys that were left out.</summary>
    public long PrivateKeys { get; init; }

    /// <summary>Files that could not be read.</summary>
    public long Unreadable { get; init; }

    /// <summary>Files that changed while they were read.</summary>
    public long Changed { get; init; }
}

/// <summary>A path that a snapshot has something to say about. Exactly one of the two forms of the path is there.</summary>
public sealed record ListedPath
{
    /// <summary>The absolute path, when it is UTF-8.</summary>
    public string? Path { get; init; }

    /// <summary>The absolute path's bytes, when they are not.</summary>
    public byte[]? PathBase64 { get; init; }

    /// <summary>Since when a file is held back.</summary>
    public DateTimeOffset? Since { get; init; }

    /// <summary>Why a file could not be read.</summary>
    public string? Why { get; init; }

    /// <summary>The form that fits the bytes.</summary>
    public static ListedPath Of(ReadOnlySpan<byte> path) => TreeNames.IsText(path)
        ? new ListedPath { Path = System.Text.Encoding.UTF8.GetString(path) }
        : new ListedPath { PathBase64 = path.ToArray() };
}

/// <summary>
/// One state of a server, as JSON. <see cref="SnapshotJson"/> writes and reads it; the object that holds it has the same UUID.
/// </summary>
public sealed record SnapshotDocument
{
    /// <summary>The version of this document.</summary>
    public const int CurrentVersion = 1;

    /// <summary>Most predecessors that are named.</summary>
    public const int PredecessorsMax = 256;

    /// <summary>Most paths of each list; the counts say how many there were.</summary>
    public const int ListedMax = 10_000;

    /// <summary>1.</summary>
    public int Version { get; init; } = CurrentVersion;

    /// <summary>The snapshot.</summary>
    public required SnapshotId Id { get; init; }

    /// <summary>The key that it and all it needs were sealed under.</summary>
    public required BackupKeyId KeyId { get; init; }

    /// <summary>1 for a server's first, one more for each that follows, also across keys.</summary>
    public required long Generation { get; init; }

    /// <summary>The last 256 before it, the newest first.</summary>
    public IReadOnlyList<SnapshotLink> Predecessors { get; init; } = [];

    /// <summary>After a rotation: the key before and its newest snapshot.</summary>
    public RotatedFrom? RotatedFrom { get; init; }

    /// <summary>When the run began, by the host's clock.</summary>
    public required DateTimeOffset Time { get; init; }

    /// <summary>Whose it is.</summary>
    public required SnapshotHost Host { get; init; }

    /// <summary>The absolute paths that were asked for.</summary>
    public required IReadOnlyList<string> Roots { get; init; }

    /// <summary>How much it holds.</summary>
    public required SnapshotCounts Counts { get; init; }

    /// <summary>The tree of "/", with the way to each root.</summary>
    public required Reference Tree { get; init; }

    /// <summary>The index objects that together name every pack it needs; the platform lists none, so a reader has them from
    /// here.</summary>
    public IReadOnlyList<ObjectId> Indexes { get; init; } = [];

    /// <summary>The gate's evidence.</summary>
    public JsonElement? Gate { get; init; }

    /// <summary>Files that are here in their last clean version.</summary>
    public IReadOnlyList<ListedPath> HeldBack { get; init; } = [];

    /// <summary>Private keys that were left out.</summary>
    public IReadOnlyList<ListedPath> PrivateKeys { get; init; } = [];

    /// <summary>Files that could not be read or changed meanwhile.</summary>
    public IReadOnlyList<ListedPath> Faults { get; init; } = [];
}
