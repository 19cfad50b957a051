namespace HostAtlas.Agent.Backup.Format;

/// <summary>What an entry is.</summary>
public enum TreeEntryType
{
    /// <summary>A regular file.</summary>
    File,

    /// <summary>A directory.</summary>
    Directory,

    /// <summary>A symbolic link.</summary>
    Symlink,

    /// <summary>A named pipe.</summary>
    Fifo,

    /// <summary>A Unix socket's name.</summary>
    Socket,

    /// <summary>A character device.</summary>
    CharDevice,

    /// <summary>A block device.</summary>
    BlockDevice,
}

/// <summary>A run of bytes that the file has no disk space for and that read as zeros. They are in the chunks too: a hole is only a
/// hint.</summary>
public readonly record struct Hole(long Offset, long Length);

/// <summary>An extended attribute: its name as raw bytes, with its namespace, and its value.</summary>
public readonly record struct ExtendedAttribute(ReadOnlyMemory<byte> Name, ReadOnlyMemory<byte> Value);

/// <summary>A device's numbers.</summary>
public readonly record struct DeviceNumber(uint Major, uint Minor);

/// <summary>What the gate saw of a file, for the next run to compare with.</summary>
/// <param name="Type">The type that was recognised.</param>
/// <param name="Entropy">Bits a byte, 0–8.</param>
/// <param name="Ratio">Compressed size divided by size.</param>
/// <param name="FirstSeen">The first version ever seen was random-like already.</param>
public sealed record GateNote(string Type, double Entropy, double Ratio, bool FirstSeen = false);

/// <summary>One entry of a directory, as a tree holds it.</summary>
public sealed record TreeEntry
{
    /// <summary>The name: raw bytes as the file system has them, without a slash; not necessarily UTF-8.</summary>
    public required ReadOnlyMemory<byte> Name { get; init; }

    /// <summary>What it is.</summary>
    public required TreeEntryType Type { get; init; }

    /// <summary>Permission bits with set-id and sticky: 0–07777 octal.</summary>
    public int Mode { get; init; }

    /// <summary>Owner.</summary>
    public uint Uid { get; init; }

    /// <summary>Group.</summary>
    public uint Gid { get; init; }

    /// <summary>Last modification, nanoseconds since 1970 UTC, may be negative.</summary>
    public long MtimeNs { get; init; }

    /// <summary>Last change of the inode, in the same unit; only to tell whether a file is unchanged.</summary>
    public long? CtimeNs { get; init; }

    /// <summary>The inode's number; only to tell whether a file is unchanged.</summary>
    public ulong? Inode { get; init; }

    /// <summary>Entries of one snapshot with the same text are names of one file. Each of them has all of its content.</summary>
    public string? HardLink { get; init; }

    /// <summary>A file's bytes.</summary>
    public long Size { get; init; }

    /// <summary>Where a symbolic link points: raw bytes.</summary>
    public ReadOnlyMemory<byte>? Target { get; init; }

    /// <summary>A device's numbers.</summary>
    public DeviceNumber? Device { get; init; }

    /// <summary>Extended attributes, access control lists among them.</summary>
    public IReadOnlyList<ExtendedAttribute> Xattrs { get; init; } = [];

    /// <summary>A file's content; its chunks one after the other are its bytes, holes included.</summary>
    public Reference? Chunks { get; init; }

    /// <summary>A file's holes, in order.</summary>
    public IReadOnlyList<Hole> Holes { get; init; } = [];

    /// <summary>A directory's entries.</summary>
    public Reference? Subtree { get; init; }

    /// <summary>What the gate saw.</summary>
    public GateNote? Gate { get; init; }

    /// <summary>Since when the gate holds newer versions back; this entry is the last clean one.</summary>
    public DateTimeOffset? HeldBackSince { get; init; }
}
