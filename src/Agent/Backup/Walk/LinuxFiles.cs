using System.Buffers.Binary;
using System.Runtime.InteropServices;
using HostAtlas.Agent.Backup.Format;
using Microsoft.Win32.SafeHandles;

namespace HostAtlas.Agent.Backup.Walk;

/// <summary>
/// Files by their raw names, relative to an open directory. .NET's own file API takes text, and a name that is no UTF-8 has none; and a
/// path that is looked up anew each time can be turned into another by whoever swaps a directory for a link meanwhile. No call follows a
/// link. statx has one layout on every architecture (linux/stat.h); the flags of open do not.
/// </summary>
internal static unsafe partial class LinuxFiles
{
    /// <summary>Most bytes of a name (linux/limits.h).</summary>
    public const int NameMaxBytes = 255;

    private const int PathMaxBytes = 4096, XattrMaxBytes = 64 << 10;
    private const int CloseOnExec = 0x80000, NonBlocking = 0x800, NoAccessTime = 0x40000;
    private const int StatNoFollow = 0x100, StatNoAutomount = 0x800, StatEmptyPath = 0x1000;
    private const uint StatBasic = 0x7FF, StatBirth = 0x800;
    private const ulong AttributeMountRoot = 0x2000;
    private const int SeekData = 3, SeekHole = 4;
    private const int KindBits = 0xF000, ModeBits = 0xFFF;

    // asm/fcntl.h: arm64 has values of its own.
    private static readonly int DirectoryOnly = IsArm ? 0x4000 : 0x10000;
    private static readonly int NoFollow = IsArm ? 0x8000 : 0x20000;

    private static bool IsArm => RuntimeInformation.ProcessArchitecture is Architecture.Arm64 or Architecture.Arm;

    /// <summary>Opens "/".</summary>
    public static SafeFileHandle OpenRoot()
    {
        var slash = (ushort)'/';
        return Wrap("open", open((byte*)&slash, DirectoryOnly | CloseOnExec));
    }

    /// <summary>Opens a directory by its whole path, whose links are followed: for paths that a person typed.</summary>
    public static SafeFileHandle OpenFolder(ReadOnlySpan<byte> path)
    {
        if (path.Length > PathMaxBytes || path.Contains((byte)0)) throw new ArgumentException("No path is that.", nameof(path));
        var room = stackalloc byte[PathMaxBytes + 1];
        path.CopyTo(new Span<byte>(room, PathMaxBytes));
        room[path.Length] = 0;
        return Wrap("open", open(room, DirectoryOnly | CloseOnExec));
    }

    /// <summary>Opens a directory below another; a link to one is refused.</summary>
    public static SafeFileHandle OpenDirectory(SafeFileHandle parent, ReadOnlySpan<byte> name)
    {
        var room = stackalloc byte[NameMaxBytes + 1];
        return Wrap("open", openat(parent, Terminate(name, room), DirectoryOnly | NoFollow | CloseOnExec));
    }

    /// <summary>
    /// Opens a file for reading, if possible without touching its access time (the kernel allows that to its owner and to root). Never
    /// waits: what was a file a moment ago may be a pipe now.
    /// </summary>
    public static SafeFileHandle OpenFile(SafeFileHandle parent, ReadOnlySpan<byte> name)
    {
        var room = stackalloc byte[NameMaxBytes + 1];
        var path = Terminate(name, room);
        var flags = NoFollow | NonBlocking | CloseOnExec;
        var descriptor = openat(parent, path, flags | NoAccessTime);
        if (descriptor < 0 && Marshal.GetLastPInvokeError() == LinuxFaultException.NotPermitted) descriptor = openat(parent, path, flags);
        return Wrap("open", descriptor);
    }

    /// <summary>What a name in a directory stands for.</summary>
    public static FileFacts Stat(SafeFileHandle parent, ReadOnlySpan<byte> name)
    {
        var room = stackalloc byte[NameMaxBytes + 1];
        return Stat(parent, Terminate(name, room), StatNoFollow | StatNoAutomount);
    }

    /// <summary>What an open file or directory is.</summary>
    public static FileFacts Stat(SafeFileHandle opened)
    {
        byte empty = 0;
        return Stat(opened, &empty, StatEmptyPath);
    }

    /// <summary>Where a symbolic link points: raw bytes.</summary>
    public static byte[] ReadLink(SafeFileHandle parent, ReadOnlySpan<byte> name)
    {
        var room = stackalloc byte[NameMaxBytes + 1];
        var target = stackalloc byte[PathMaxBytes];
        var length = readlinkat(parent, Terminate(name, room), target, PathMaxBytes);
        return length < 0 ? throw Fault("readlink") : new ReadOnlySpan<byte>(target, (int)length).ToArray();
    }

    /// <summary>
    /// The attributes of a name in a directory, the link's own when it is one. A file system that has none gives none. Those that cannot be
    /// read (trusted.* without the right to) are not listed by the kernel.
    /// </summary>
    public static IReadOnlyList<ExtendedAttribute> Xattrs(SafeFileHandle parent, ReadOnlySpan<byte> name)
    {
        // There is no listxattrat; the directory's own entry under /proc keeps the look-up within the directory that is open.
        var prefix = System.Text.Encoding.ASCII.GetBytes($"/proc/self/fd/{parent.DangerousGetHandle()}/");
        var path = stackalloc byte[prefix.Length + NameMaxBytes + 1];
        prefix.CopyTo(new Span<byte>(path, prefix.Length));
        Terminate(name, path + prefix.Length);
        return Xattrs(path);
    }

    /// <summary>The first byte at or after the offset that has disk space; the size when there is none.</summary>
    public static long NextData(SafeFileHandle file, long offset, long size) => Seek(file, offset, SeekData, size);

    /// <summary>The first hole at or after the offset; the size when there is none.</summary>
    public static long NextHole(SafeFileHandle file, long offset, long size) => Seek(file, offset, SeekHole, size);

    /// <summary>Reads up to so many bytes; 0 at the end.</summary>
    public static int Read(SafeFileHandle file, Span<byte> into, long offset)
    {
        fixed (byte* start = into)
        {
            nint read;
            do read = pread(file, start, into.Length, offset);
            while (read < 0 && Marshal.GetLastPInvokeError() == Interrupted);
            return read < 0 ? throw Fault("read") : (int)read;
        }
    }

    /// <summary>Calls back with each name of a directory but "." and "..", in the order of the disk.</summary>
    public static void List(SafeFileHandle directory, NameVisitor visit)
    {
        // The stream takes the descriptor over, so it gets one of its own.
        var dot = (ushort)'.';
        var copy = openat(directory, (byte*)&dot, DirectoryOnly | CloseOnExec);
        if (copy < 0) throw Fault("open");
        var stream = fdopendir(copy);
        if (stream == 0)
        {
            var fault = Fault("opendir");
            _ = close(copy);
            throw fault;
        }
        try
        {
            byte* entry;
            while ((entry = readdir(stream)) != null)
            {
                // struct dirent on every 64-bit Linux: inode 8, offset 8, length 2, type 1, name.
                var name = MemoryMarshal.CreateReadOnlySpanFromNullTerminated(entry + 19);
                if (!name.SequenceEqual("."u8) && !name.SequenceEqual(".."u8)) visit(name);
            }
            if (Marshal.GetLastPInvokeError() is not 0 and var error) throw new LinuxFaultException("readdir", error);
        }
        finally
        {
            _ = closedir(stream);
        }
    }

    /// <summary>Hears one name.</summary>
    public delegate void NameVisitor(ReadOnlySpan<byte> name);

    private const int Interrupted = 4;

    private static List<ExtendedAttribute> Xattrs(byte* path)
    {
        // Both calls say how much room they need; what grows in between is asked for again.
        for (var attempt = 0; ; attempt++)
        {
            var names = new byte[XattrMaxBytes];
            nint length;
            fixed (byte* into = names) length = llistxattr(path, into, names.Length);
            if (length < 0) return Marshal.GetLastPInvokeError() is LinuxFaultException.NotSupported ? [] : throw Fault("listxattr");
            try
            {
                return Values(path, names.AsSpan(0, (int)length));
            }
            catch (LinuxFaultException fault) when (fault.Error == LinuxFaultException.NoData && attempt < 3)
            {
                // Removed between the list and the look.
            }
        }
    }

    private static List<ExtendedAttribute> Values(byte* path, ReadOnlySpan<byte> names)
    {
        var found = new List<ExtendedAttribute>();
        byte[]? room = null;
        while (!names.IsEmpty)
        {
            var end = names.IndexOf((byte)0);
            var name = names[..(end + 1)].ToArray();
            names = names[(end + 1)..];
            room ??= new byte[XattrMaxBytes];
            fixed (byte* nameStart = name, roomStart = room)
            {
                var length = lgetxattr(path, nameStart, roomStart, room.Length);
                if (length < 0) throw Fault("getxattr");
                found.Add(new ExtendedAttribute(name.AsMemory(0, end), room.AsSpan(0, (int)length).ToArray()));
            }
        }
        return found;
    }

    private static long Seek(SafeFileHandle file, long offset, int whence, long size)
    {
        var found = lseek(file, offset, whence);
        if (found >= 0) return Math.Min(found, size);
        // ENXIO: nothing but a hole from here on. EINVAL: the file system knows no holes.
        return Marshal.GetLastPInvokeError() switch
        {
            LinuxFaultException.NoDevice => size,
            LinuxFaultException.Invalid => whence == SeekData ? offset : size,
            _ => throw Fault("lseek"),
        };
    }

    private static FileFacts Stat(SafeFileHandle parent, byte* name, int flags)
    {
        var room = stackalloc byte[256];
        if (statx(parent, name, flags, StatBasic | StatBirth, room) != 0) throw Fault("stat");
        var bytes = new ReadOnlySpan<byte>(room, 256);
        var mode = BinaryPrimitives.ReadUInt16LittleEndian(bytes[28..]);
        return new FileFacts
        {
            Kind = (FileKind)(mode & KindBits),
            Mode = mode & ModeBits,
            Links = Number(bytes, 16),
            Uid = Number(bytes, 20),
            Gid = Number(bytes, 24),
            Inode = BinaryPrimitives.ReadUInt64LittleEndian(bytes[32..]),
            Size = BinaryPrimitives.ReadInt64LittleEndian(bytes[40..]),
            Blocks = BinaryPrimitives.ReadInt64LittleEndian(bytes[48..]),
            BirthNs = (Number(bytes, 0) & StatBirth) == 0 ? 0 : Time(bytes[80..]),
            CtimeNs = Time(bytes[96..]),
            MtimeNs = Time(bytes[112..]),
            Device = new DeviceId(Number(bytes, 128), Number(bytes, 132)),
            FileSystem = new DeviceId(Number(bytes, 136), Number(bytes, 140)),
            IsMountRoot = (BinaryPrimitives.ReadUInt64LittleEndian(bytes[8..]) & AttributeMountRoot) != 0,
        };
    }

    private static uint Number(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadUInt32LittleEndian(bytes[at..]);

    // A damaged inode can claim any second; what does not fit is the nearest that does.
    private static long Time(ReadOnlySpan<byte> bytes)
    {
        var time = ((Int128)BinaryPrimitives.ReadInt64LittleEndian(bytes) * 1_000_000_000) + Number(bytes, 8);
        return (long)Int128.Clamp(time, long.MinValue, long.MaxValue);
    }

    private static byte* Terminate(ReadOnlySpan<byte> name, byte* room)
    {
        if (name.Length > NameMaxBytes || name.Contains((byte)0)) throw new ArgumentException("No name is that.", nameof(name));
        name.CopyTo(new Span<byte>(room, NameMaxBytes));
        room[name.Length] = 0;
        return room;
    }

    private static SafeFileHandle Wrap(string call, int descriptor) =>
        descriptor < 0 ? throw Fault(call) : new SafeFileHandle(descriptor, ownsHandle: true);

    private static LinuxFaultException Fault(string call) => new(call, Marshal.GetLastPInvokeError());

#pragma warning disable SA1300, IDE1006 // The kernel's own names.
    [LibraryImport("libc", SetLastError = true)]
    private static partial int open(byte* path, int flags);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int openat(SafeFileHandle directory, byte* path, int flags);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int close(int descriptor);

    [LibraryImport("libc", SetLastError = true)]
    private static partial nint pread(SafeFileHandle file, byte* into, nint count, long offset);

    [LibraryImport("libc", SetLastError = true)]
    private static partial long lseek(SafeFileHandle file, long offset, int whence);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int statx(SafeFileHandle directory, byte* path, int flags, uint mask, byte* into);

    [LibraryImport("libc", SetLastError = true)]
    private static partial nint readlinkat(SafeFileHandle directory, byte* path, byte* into, nint count);

    [LibraryImport("libc", SetLastError = true)]
    private static partial nint llistxattr(byte* path, byte* into, nint count);

    [LibraryImport("libc", SetLastError = true)]
    private static partial nint lgetxattr(byte* path, byte* name, byte* into, nint count);

    [LibraryImport("libc", SetLastError = true)]
    private static partial nint fdopendir(int descriptor);

    [LibraryImport("libc", SetLastError = true)]
    private static partial byte* readdir(nint stream);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int closedir(nint stream);
#pragma warning restore SA1300, IDE1006
}
