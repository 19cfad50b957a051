using System.Runtime.InteropServices;

namespace HostAtlas.Engine.Storage.Sealing.Rotation;

/// <summary>
/// <c>DATA/root.key</c> as a rotation changes it: the new key first, the earlier ones behind it, 0600. The program that starts the engine
/// makes the file and reads it.
/// </summary>
public sealed partial class RootKeyFile(string dataDirectory)
{
    private const UnixFileMode Secret = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>Where it lies.</summary>
    public string FullPath { get; } = Path.Combine(Path.GetFullPath(dataDirectory), "root.key");

    /// <summary>
    /// Writes a ring by rename, and returns only once file and name are on the disk: what the ring's newest key wraps must never lie in a
    /// database whose key was lost with the power. <see cref="RootKeyFileException"/> when the file does not hold
    /// <paramref name="earlier"/>: it was changed since the platform started, and nobody knows which of the two counts.
    /// </summary>
    public void Write(ReadOnlySpan<byte> earlier, ReadOnlySpan<byte> ring)
    {
        try
        {
            if (!File.Exists(FullPath) || !File.ReadAllBytes(FullPath).AsSpan().SequenceEqual(earlier))
                throw new RootKeyFileException(
                    $"{FullPath} does not hold the keys that the platform was started with. Restart the platform, then rotate.");
            var beside = FullPath + ".new";
            File.Delete(beside); // Of an earlier rotation that was killed here.
            using (var file = new FileStream(beside, new FileStreamOptions
            {
                Mode = FileMode.CreateNew,
                Access = FileAccess.Write,
                UnixCreateMode = Secret,
            }))
            {
                file.Write(ring);
                file.Flush(flushToDisk: true);
            }
            File.Move(beside, FullPath, overwrite: true);
            FlushFolder(Path.GetDirectoryName(FullPath)!);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new RootKeyFileException($"{FullPath} cannot be written: {fault.Message}", fault);
        }
    }

    // A rename is durable once the folder is; .NET opens no folders.
    private static void FlushFolder(string folder)
    {
        var descriptor = Open(folder, flags: 0);
        if (descriptor < 0) throw new IOException($"{folder} cannot be opened (errno {Marshal.GetLastPInvokeError()}).");
        var flushed = Fsync(descriptor);
        var error = Marshal.GetLastPInvokeError();
        _ = Close(descriptor);
        if (flushed != 0) throw new IOException($"{folder} cannot be flushed (errno {error}).");
    }

    // https://man7.org/linux/man-pages/man2/fsync.2.html: "Calling fsync() does not necessarily ensure that the entry in the directory
    // containing the file has also reached disk. For that an explicit fsync() on a file descriptor for the directory is also needed."
    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Fsync(int descriptor);

    [LibraryImport("libc", EntryPoint = "close", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Close(int descriptor);
}

/// <summary><c>root.key</c> could not be changed; nothing else was.</summary>
public sealed class RootKeyFileException(string text, Exception? cause = null) : Exception(text, cause);
