using System.Runtime.InteropServices;

namespace HostAtlas.Agent.Credentials;

/// <summary>
/// A file that is either the old or the new one, never half of each, whatever moment the power goes: written beside, flushed to the disk,
/// renamed over, and the folder flushed too, because the rename lives there.
/// </summary>
public static partial class AtomicFile
{
    /// <summary>Replaces or makes the file. The mode is set before the first byte, so that a secret is never open for a moment.</summary>
    public static void Write(string path, ReadOnlySpan<byte> content, UnixFileMode mode = FilePermissions.PrivateFile, bool durable = true)
    {
        var beside = path + ".new";
        File.Delete(beside);
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, BufferSize = 0 };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = mode;
        using (var stream = new FileStream(beside, options))
        {
            stream.Write(content);
            if (durable) stream.Flush(flushToDisk: true);
        }
        File.Move(beside, path, overwrite: true);
        if (durable && Path.GetDirectoryName(Path.GetFullPath(path)) is { } folder) FlushFolder(folder);
    }

    /// <summary>Makes the names in a folder durable. .NET opens no folder as a file, hence the system calls.</summary>
    /// <exception cref="IOException">The folder cannot be opened or flushed.</exception>
    public static void FlushFolder(string folder)
    {
        if (!OperatingSystem.IsLinux()) return;
        var descriptor = OpenFile(folder, flags: 0);
        if (descriptor < 0) throw new IOException($"'{folder}' cannot be opened to flush it (errno {Marshal.GetLastPInvokeError()}).");
        var result = FlushFile(descriptor);
        var error = Marshal.GetLastPInvokeError();
        _ = CloseFile(descriptor);
        if (result != 0) throw new IOException($"'{folder}' cannot be flushed (errno {error}).");
    }

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int OpenFile(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int FlushFile(int descriptor);

    [LibraryImport("libc", EntryPoint = "close", SetLastError = true)]
    private static partial int CloseFile(int descriptor);
}
