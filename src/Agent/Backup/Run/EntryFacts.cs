using System.Globalization;
using HostAtlas.Agent.Backup.Format;
using HostAtlas.Agent.Backup.Walk;

namespace HostAtlas.Agent.Backup.Run;

/// <summary>From what the kernel says of an inode to a tree's entry, and whether an entry still describes it. Pure.</summary>
internal static class EntryFacts
{
    // The kernel stamps changes with the time of its last tick (at most 10 ms): a change within the tick in which a file was read leaves
    // the stamp as it is. What is as fresh as that is read again next time.
    private const long TickNs = 20_000_000;

    /// <summary>The entry, without content.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="facts">What it is.</param>
    /// <param name="lookedAtNs">When that was asked, nanoseconds since 1970.</param>
    public static TreeEntry Of(byte[] name, in FileFacts facts, long lookedAtNs) => new()
    {
        Name = name,
        Type = TypeOf(facts.Kind),
        Mode = facts.Mode,
        Uid = facts.Uid,
        Gid = facts.Gid,
        MtimeNs = facts.MtimeNs,
        CtimeNs = facts.Kind == FileKind.File && facts.CtimeNs < lookedAtNs - TickNs ? facts.CtimeNs : null,
        Inode = facts.Kind == FileKind.File ? facts.Inode : null,
        HardLink = facts.Kind != FileKind.Directory && facts.Links > 1
            ? string.Create(CultureInfo.InvariantCulture, $"{facts.FileSystem.Major}:{facts.FileSystem.Minor}:{facts.Inode}") : null,
        Size = facts.Kind == FileKind.File ? facts.Size : 0,
        Device = facts.Kind is FileKind.CharDevice or FileKind.BlockDevice
            ? new DeviceNumber(facts.Device.Major, facts.Device.Minor) : null,
    };

    /// <summary>Whether the file is the one that the parent's entry describes: size, both times and the inode are the same.</summary>
    public static bool IsUnchanged(TreeEntry parent, in FileFacts facts) =>
        parent.Type == TreeEntryType.File && facts.Kind == FileKind.File && parent.HeldBackSince is null
        && parent.Size == facts.Size && parent.MtimeNs == facts.MtimeNs && parent.CtimeNs == facts.CtimeNs && parent.Inode == facts.Inode;

    private static TreeEntryType TypeOf(FileKind kind) => kind switch
    {
        FileKind.File => TreeEntryType.File,
        FileKind.Directory => TreeEntryType.Directory,
        FileKind.Symlink => TreeEntryType.Symlink,
        FileKind.Fifo => TreeEntryType.Fifo,
        FileKind.Socket => TreeEntryType.Socket,
        FileKind.CharDevice => TreeEntryType.CharDevice,
        FileKind.BlockDevice => TreeEntryType.BlockDevice,
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "The kernel documents no such kind."),
    };
}
