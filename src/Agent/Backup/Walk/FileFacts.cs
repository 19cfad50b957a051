namespace HostAtlas.Agent.Backup.Walk;

/// <summary>What the kernel calls an inode's kind (the high bits of st_mode).</summary>
public enum FileKind
{
    /// <summary>None that the kernel documents.</summary>
    Unknown = 0,

    /// <summary>A named pipe.</summary>
    Fifo = 0x1000,

    /// <summary>A character device.</summary>
    CharDevice = 0x2000,

    /// <summary>A directory.</summary>
    Directory = 0x4000,

    /// <summary>A block device.</summary>
    BlockDevice = 0x6000,

    /// <summary>A regular file.</summary>
    File = 0x8000,

    /// <summary>A symbolic link.</summary>
    Symlink = 0xA000,

    /// <summary>A Unix socket.</summary>
    Socket = 0xC000,
}

/// <summary>A device's number as the kernel has it.</summary>
public readonly record struct DeviceId(uint Major, uint Minor);

/// <summary>What statx says of an inode. Times are nanoseconds since 1970 UTC.</summary>
public readonly record struct FileFacts
{
    /// <summary>What it is.</summary>
    public required FileKind Kind { get; init; }

    /// <summary>Permission bits, 0–07777 octal.</summary>
    public required int Mode { get; init; }

    /// <summary>Owner.</summary>
    public required uint Uid { get; init; }

    /// <summary>Group.</summary>
    public required uint Gid { get; init; }

    /// <summary>Bytes, holes included.</summary>
    public required long Size { get; init; }

    /// <summary>Units of 512 bytes on the disk; fewer than the size needs: the file may have holes.</summary>
    public required long Blocks { get; init; }

    /// <summary>Names that the inode has.</summary>
    public required uint Links { get; init; }

    /// <summary>The inode's number.</summary>
    public required ulong Inode { get; init; }

    /// <summary>The file system it lies on.</summary>
    public required DeviceId FileSystem { get; init; }

    /// <summary>Of a device: which one it is.</summary>
    public required DeviceId Device { get; init; }

    /// <summary>Last modification of the content.</summary>
    public required long MtimeNs { get; init; }

    /// <summary>Last change of the inode; nobody can set it back.</summary>
    public required long CtimeNs { get; init; }

    /// <summary>When the inode was made; 0 where the file system does not tell. Tells two files that had one number apart.</summary>
    public long BirthNs { get; init; }

    /// <summary>Of a directory: something is mounted here, also another directory of the same file system. Kernels before 5.8 do not
    /// tell: false.</summary>
    public bool IsMountRoot { get; init; }

    /// <summary>Whether content and inode are as they were: neither size, nor a time, nor the inode itself is another.</summary>
    public bool IsAs(in FileFacts earlier) => Kind == earlier.Kind && Size == earlier.Size && MtimeNs == earlier.MtimeNs
        && CtimeNs == earlier.CtimeNs && Inode == earlier.Inode && FileSystem == earlier.FileSystem;
}
