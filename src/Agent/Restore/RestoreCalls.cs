using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace HostAtlas.Agent.Restore;

/// <summary>
/// The system calls of a restore. .NET's own file API takes paths as text: it cannot name what is not UTF-8, and it follows links on the
/// way. Names here are bytes with a zero at their end, always one name below an open directory.
/// </summary>
internal static partial class RestoreCalls
{
    public const int CurrentFolder = -100, NoFollow = 0x100, EmptyPath = 0x1000;
    public const int ReadOnly = 0, WriteOnly = 1, Create = 0x40, Exclusive = 0x80, NonBlocking = 0x800, CloseOnExec = 0x80000;
    public const int Exists = 17, NotThere = 2, NoSpace = 28, OverQuota = 122, NotSupported = 95, NotPermitted = 1, ReadOnlySystem = 30;
    public const int Invalid = 22;

    /// <summary>The name of a directory's handle itself, for calls that take an empty one.</summary>
    public static readonly byte[] Itself = [0];

    // These two differ between the architectures of Linux.
    public static readonly int DirectoryOnly = IsArm ? 0x4000 : 0x10000, NoLink = IsArm ? 0x8000 : 0x20000;

    private static bool IsArm => RuntimeInformation.ProcessArchitecture is Architecture.Arm64 or Architecture.Arm;

    [LibraryImport("libc", EntryPoint = "openat", SetLastError = true)]
    public static partial int OpenAt(int folder, byte[] name, int flags, uint mode);

    [LibraryImport("libc", EntryPoint = "mkdirat", SetLastError = true)]
    public static partial int MakeDirectoryAt(SafeHandle folder, byte[] name, uint mode);

    [LibraryImport("libc", EntryPoint = "mknodat", SetLastError = true)]
    public static partial int MakeNodeAt(SafeHandle folder, byte[] name, uint mode, ulong device);

    [LibraryImport("libc", EntryPoint = "symlinkat", SetLastError = true)]
    public static partial int SymlinkAt(byte[] target, SafeHandle folder, byte[] name);

    [LibraryImport("libc", EntryPoint = "linkat", SetLastError = true)]
    public static partial int LinkAt(SafeHandle folder, byte[] name, SafeHandle toFolder, byte[] toName, int flags);

    [LibraryImport("libc", EntryPoint = "renameat", SetLastError = true)]
    public static partial int RenameAt(SafeHandle folder, byte[] name, SafeHandle toFolder, byte[] toName);

    [LibraryImport("libc", EntryPoint = "unlinkat", SetLastError = true)]
    public static partial int UnlinkAt(SafeHandle folder, byte[] name, int flags);

    [LibraryImport("libc", EntryPoint = "statx", SetLastError = true)]
    public static partial int Statx(SafeHandle folder, byte[] name, int flags, uint mask, ref byte answer);

    [LibraryImport("libc", EntryPoint = "fchmod", SetLastError = true)]
    public static partial int SetMode(SafeHandle file, uint mode);

    [LibraryImport("libc", EntryPoint = "fchmodat", SetLastError = true)]
    public static partial int SetModeAt(SafeHandle folder, byte[] name, uint mode, int flags);

    [LibraryImport("libc", EntryPoint = "fchown", SetLastError = true)]
    public static partial int SetOwner(SafeHandle file, uint user, uint group);

    [LibraryImport("libc", EntryPoint = "fchownat", SetLastError = true)]
    public static partial int SetOwnerAt(SafeHandle folder, byte[] name, uint user, uint group, int flags);

    [LibraryImport("libc", EntryPoint = "futimens", SetLastError = true)]
    public static partial int SetTimes(SafeHandle file, TimeSpec[] accessAndModification);

    [LibraryImport("libc", EntryPoint = "utimensat", SetLastError = true)]
    public static partial int SetTimesAt(SafeHandle folder, byte[] name, TimeSpec[] accessAndModification, int flags);

    [LibraryImport("libc", EntryPoint = "fsetxattr", SetLastError = true)]
    public static partial int SetAttribute(SafeHandle file, byte[] name, byte[] value, nuint length, int flags);

    [LibraryImport("libc", EntryPoint = "lsetxattr", SetLastError = true)]
    public static partial int SetAttributeOfLink(byte[] path, byte[] name, byte[] value, nuint length, int flags);

    [LibraryImport("libc", EntryPoint = "syncfs", SetLastError = true)]
    public static partial int SyncFileSystem(SafeHandle anyFile);

    [LibraryImport("libc", EntryPoint = "close", SetLastError = true)]
    public static partial int Close(nint descriptor);

    /// <summary>The last call's fault as a sentence's end.</summary>
    public static string LastFault() => Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError());

    /// <summary>The bytes with a zero at their end.</summary>
    public static byte[] Name(ReadOnlySpan<byte> bytes)
    {
        var name = new byte[bytes.Length + 1];
        bytes.CopyTo(name);
        return name;
    }
}

/// <summary>A time as the system's calls take it: seconds and nanoseconds, 64 bits each on the 64-bit architectures.</summary>
[StructLayout(LayoutKind.Sequential)]
internal readonly record struct TimeSpec(long Seconds, long Nanoseconds)
{
    // UTIME_OMIT
    private const long LeaveAsItIs = (1L << 30) - 2;
    private const long Billion = 1_000_000_000;

    /// <summary>A modification time, the access time left as it is.</summary>
    public static TimeSpec[] Modified(long unixNanoseconds)
    {
        var seconds = Math.DivRem(unixNanoseconds, Billion, out var rest);
        return [new TimeSpec(0, LeaveAsItIs), rest < 0 ? new TimeSpec(seconds - 1, rest + Billion) : new TimeSpec(seconds, rest)];
    }
}

/// <summary>An open directory.</summary>
internal sealed class DirectoryHandle() : SafeHandleZeroOrMinusOneIsInvalid(ownsHandle: true)
{
    public DirectoryHandle(int descriptor) : this() => SetHandle(descriptor);

    protected override bool ReleaseHandle() => RestoreCalls.Close(handle) == 0;
}
