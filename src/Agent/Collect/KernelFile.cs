using System.Runtime.InteropServices;

namespace HostAtlas.Agent.Collect;

/// <summary>
/// The three system calls that reading a kernel's file takes. .NET's own file handles ask for the type, the length and a position before
/// the first byte; a report reads a few hundred files, so that costs a third more processor time and a handle to collect for each.
/// </summary>
internal static partial class KernelFile
{
    // asm-generic/fcntl.h and asm-generic/errno*.h: the same numbers on x64 and arm64.
    private const int OpenReadOnlyCloseOnExec = 0x80000;
    private const int NotPermitted = 1, NoEntry = 2, NoProcess = 3, Interrupted = 4, NoSuchDevice = 6, AccessDenied = 13;
    private const int NoDevice = 19, NotADirectory = 20, NoData = 61, NotSupported = 95;

    /// <summary>Opens a file for reading: its descriptor, or the negative error number.</summary>
    /// <param name="path">UTF-8 with a zero byte at its end.</param>
    public static int Open(ReadOnlySpan<byte> path)
    {
        if (path.IsEmpty || path[^1] != 0) throw new ArgumentException("A path for the system ends in a zero byte.", nameof(path));
        var descriptor = OpenFile(in MemoryMarshal.GetReference(path), OpenReadOnlyCloseOnExec);
        return descriptor >= 0 ? descriptor : -Marshal.GetLastPInvokeError();
    }

    /// <summary>Reads on: the count of bytes, 0 at the end, or the negative error number.</summary>
    public static int Read(int descriptor, Span<byte> into)
    {
        while (true)
        {
            var count = ReadFile(descriptor, ref MemoryMarshal.GetReference(into), into.Length);
            if (count >= 0) return (int)count;
            var error = Marshal.GetLastPInvokeError();
            if (!IsInterruption(-error)) return -error;
        }
    }

    /// <summary>Gives the descriptor back.</summary>
    public static void Close(int descriptor) => _ = CloseFile(descriptor);

    /// <summary>
    /// Whether a negative error number means that the host has no such thing: no file, no driver behind it, switched off at boot, a process
    /// or a device that went a moment ago.
    /// </summary>
    public static bool IsAbsence(int result) =>
        -result is NoEntry or NotADirectory or NoProcess or NoSuchDevice or NoDevice or NoData or NotSupported;

    /// <summary>Whether a negative error number means that a signal came between and the call is to be made again.</summary>
    public static bool IsInterruption(int result) => -result == Interrupted;

    /// <summary>Whether a negative error number means that this process may not.</summary>
    public static bool IsDenial(int result) => -result is NotPermitted or AccessDenied;

    /// <summary>The exception for a negative error number.</summary>
    public static Exception Fault(string path, int result)
    {
        var message = $"{path}: {Marshal.GetPInvokeErrorMessage(-result)}.";
        return IsDenial(result) ? new UnauthorizedAccessException(message) : new IOException(message);
    }

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int OpenFile(in byte path, int flags);

    [LibraryImport("libc", EntryPoint = "read", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial nint ReadFile(int descriptor, ref byte into, nint count);

    [LibraryImport("libc", EntryPoint = "close", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int CloseFile(int descriptor);
}
