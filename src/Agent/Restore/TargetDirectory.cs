using System.Runtime.InteropServices;
using HostAtlas.Agent.Backup.Format;
using Microsoft.Win32.SafeHandles;

namespace HostAtlas.Agent.Restore;

/// <summary>Something could not be restored; the text is the sentence's second half.</summary>
internal sealed class RestoreFaultException(string why, int error = 0) : Exception(why)
{
    /// <summary>The system's number, or 0.</summary>
    public int Error => error;

    public static RestoreFaultException Last(string what) => new($"{what}: {RestoreCalls.LastFault()}", Marshal.GetLastPInvokeError());
}

/// <summary>What stands at a name of a target directory.</summary>
internal readonly record struct TargetEntry(TreeEntryType Type, long Size, long MtimeNs, ulong Device);

/// <summary>
/// An open directory of the target. All that a restore makes or replaces is one name below such a handle, and every further directory is
/// opened from it without following links: whatever a tree says and whoever swaps directories meanwhile, nothing lands outside.
/// </summary>
internal sealed class TargetDirectory : IDisposable
{
    private const int StatxBytes = 256;
    private const uint AllBasics = 0x7FF, TypeMask = 0xF000, PrivateDirectory = 0x1C0, PrivateFile = 0x180;

    private static readonly Dictionary<uint, TreeEntryType> Types = new()
    {
        [0x8000] = TreeEntryType.File,
        [0x4000] = TreeEntryType.Directory,
        [0xA000] = TreeEntryType.Symlink,
        [0x1000] = TreeEntryType.Fifo,
        [0xC000] = TreeEntryType.Socket,
        [0x2000] = TreeEntryType.CharDevice,
        [0x6000] = TreeEntryType.BlockDevice,
    };

    private TargetDirectory(int descriptor) => Handle = new DirectoryHandle(descriptor);

    /// <summary>For calls on the directory itself.</summary>
    public DirectoryHandle Handle { get; }

    /// <summary>Opens the directory that the owner named; links on the way to it are the owner's own and are followed.</summary>
    public static TargetDirectory OpenRoot(string path)
    {
        var descriptor = RestoreCalls.OpenAt(RestoreCalls.CurrentFolder, RestoreCalls.Name(System.Text.Encoding.UTF8.GetBytes(path)),
            RestoreCalls.ReadOnly | RestoreCalls.DirectoryOnly | RestoreCalls.CloseOnExec, 0);
        return descriptor >= 0 ? new TargetDirectory(descriptor) : throw RestoreFaultException.Last($"{path} cannot be opened");
    }

    /// <summary>Opens a directory below this one; a link in its place is refused.</summary>
    public TargetDirectory Open(byte[] name)
    {
        var descriptor = OpenAt(name, RestoreCalls.ReadOnly | RestoreCalls.DirectoryOnly, 0);
        if (descriptor >= 0) return new TargetDirectory(descriptor);
        var fault = RestoreFaultException.Last("the directory cannot be opened");
        throw Find(name) is { Type: not TreeEntryType.Directory } other
            ? new RestoreFaultException($"{Named(other.Type)} stands where the directory belongs, and nothing is restored through it")
            : fault;
    }

    /// <summary>Makes a directory that only its owner can enter until it is finished; false when something has the name already.</summary>
    public bool TryMake(byte[] name)
    {
        if (RestoreCalls.MakeDirectoryAt(Handle, name, PrivateDirectory) == 0) return true;
        return Marshal.GetLastPInvokeError() == RestoreCalls.Exists ? false
            : throw RestoreFaultException.Last("the directory cannot be made");
    }

    /// <summary>Makes a new file.</summary>
    public SafeFileHandle CreateFile(byte[] name)
    {
        var descriptor = OpenAt(name, RestoreCalls.WriteOnly | RestoreCalls.Create | RestoreCalls.Exclusive, PrivateFile);
        return descriptor >= 0 ? new SafeFileHandle(descriptor, ownsHandle: true) : throw RestoreFaultException.Last("it cannot be made");
    }

    /// <summary>Opens an existing file to change what is known of it, not its content.</summary>
    public SafeFileHandle OpenFile(byte[] name)
    {
        var descriptor = OpenAt(name, RestoreCalls.ReadOnly | RestoreCalls.NonBlocking, 0);
        return descriptor >= 0 ? new SafeFileHandle(descriptor, ownsHandle: true)
            : throw RestoreFaultException.Last("what is there cannot be opened");
    }

    /// <summary>What stands at the name, links not followed; null: nothing. An empty name is the directory itself.</summary>
    public TargetEntry? Find(byte[] name)
    {
        Span<byte> answer = stackalloc byte[StatxBytes];
        var flags = RestoreCalls.NoFollow | (name.Length == 1 ? RestoreCalls.EmptyPath : 0);
        if (RestoreCalls.Statx(Handle, name, flags, AllBasics, ref MemoryMarshal.GetReference(answer)) != 0)
            return Marshal.GetLastPInvokeError() == RestoreCalls.NotThere ? null
                : throw RestoreFaultException.Last("what is there cannot be looked at");
        var mode = MemoryMarshal.Read<ushort>(answer[28..]);
        var mtime = unchecked((MemoryMarshal.Read<long>(answer[112..]) * 1_000_000_000) + MemoryMarshal.Read<uint>(answer[120..]));
        var device = ((ulong)MemoryMarshal.Read<uint>(answer[136..]) << 32) | MemoryMarshal.Read<uint>(answer[140..]);
        return new TargetEntry(Types.GetValueOrDefault(mode & TypeMask, TreeEntryType.Socket), MemoryMarshal.Read<long>(answer[40..]),
            mtime, device);
    }

    /// <summary>Makes a symbolic link.</summary>
    public void Symlink(byte[] target, byte[] name) =>
        Check(RestoreCalls.SymlinkAt(target, Handle, name), "the link cannot be made");

    /// <summary>Makes a pipe, a socket's name or a device, open to its owner only.</summary>
    public void MakeNode(byte[] name, TreeEntryType type, DeviceNumber device)
    {
        var format = Types.First(pair => pair.Value == type).Key;
        // As makedev of the C library packs it.
        var packed = ((device.Major & 0xFFFFF000UL) << 32) | ((device.Major & 0xFFFUL) << 8)
            | ((device.Minor & 0xFFFFFF00UL) << 12) | (device.Minor & 0xFFUL);
        Check(RestoreCalls.MakeNodeAt(Handle, name, format | PrivateFile, packed), $"{Named(type)} cannot be made");
    }

    /// <summary>Gives a file one more name.</summary>
    public void Link(byte[] name, TargetDirectory to, byte[] toName) =>
        Check(RestoreCalls.LinkAt(Handle, name, to.Handle, toName, 0), "the hard link cannot be made");

    /// <summary>Puts a finished file in its place; what had the name is gone in the same moment.</summary>
    public void Rename(byte[] name, byte[] toName) =>
        Check(RestoreCalls.RenameAt(Handle, name, Handle, toName), "it cannot be put in its place");

    /// <summary>Removes a name; one that is not there is no fault.</summary>
    public void Remove(byte[] name) => _ = RestoreCalls.UnlinkAt(Handle, name, 0);

    /// <summary>Waits until all of the directory's file system is on the disk.</summary>
    public void SyncFileSystem() => Check(RestoreCalls.SyncFileSystem(Handle), "the file system cannot be flushed");

    /// <inheritdoc />
    public void Dispose() => Handle.Dispose();

    /// <summary>What a type is called.</summary>
    public static string Named(TreeEntryType type) => type switch
    {
        TreeEntryType.File => "a file",
        TreeEntryType.Directory => "a directory",
        TreeEntryType.Symlink => "a symbolic link",
        TreeEntryType.Fifo => "a pipe",
        TreeEntryType.Socket => "a socket",
        _ => "a device",
    };

    private int OpenAt(byte[] name, int flags, uint mode)
    {
        var held = false;
        try
        {
            Handle.DangerousAddRef(ref held);
            return RestoreCalls.OpenAt((int)Handle.DangerousGetHandle(), name,
                flags | RestoreCalls.NoLink | RestoreCalls.CloseOnExec, mode);
        }
        finally
        {
            if (held) Handle.DangerousRelease();
        }
    }

    private static void Check(int result, string what)
    {
        if (result != 0) throw RestoreFaultException.Last(what);
    }
}
