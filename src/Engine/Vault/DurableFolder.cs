using System.Runtime.InteropServices;

namespace HostAtlas.Engine.Vault;

/// <summary>
/// What the vault needs of a file system and .NET does not offer: a name that is given only if it is free, and folders that survive a power
/// cut. A file's own fsync keeps its bytes, not its name: that stands in the folder, which is a file to be synced as well (fsync(2)).
/// </summary>
internal static partial class DurableFolder
{
    private const int Exists = 17, CrossesDevices = 18;
    private const int CloseOnExec = 0x80000;
    private const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    /// <summary>
    /// Gives a written and synced file its name, unless the name is taken: false then. link(2) is the one call that is both atomic and
    /// never replaces on every file system; a rename would put the newcomer in the place of what is there.
    /// </summary>
    public static bool TryLink(string temporary, string path)
    {
        if (Link(temporary, path) == 0) return true;
        var error = Marshal.GetLastPInvokeError();
        if (error == Exists) return false;
        throw new IOException(error == CrossesDevices
            ? $"{Path.GetDirectoryName(temporary)} and {Path.GetDirectoryName(path)} must lie on one file system."
            : $"{path} cannot be made: {Marshal.GetPInvokeErrorMessage(error)}", error);
    }

    /// <summary>Makes a folder and those above it below <paramref name="root"/>, 0700, each durable in the one above it.</summary>
    public static void Make(string root, string path)
    {
        if (Directory.Exists(path)) return;
        if (path.Length > root.Length) Make(root, Path.GetDirectoryName(path)!);
        Directory.CreateDirectory(path, Private);
        Sync(Path.GetDirectoryName(path)!);
    }

    /// <summary>Makes durable which names stand in a folder.</summary>
    public static void Sync(string path)
    {
        var descriptor = Open(path, CloseOnExec);
        if (descriptor < 0) throw Fault(path);
        try
        {
            if (FSync(descriptor) != 0) throw Fault(path);
        }
        finally
        {
            _ = Close(descriptor);
        }
    }

    private static IOException Fault(string path)
    {
        var error = Marshal.GetLastPInvokeError();
        return new IOException($"{path} cannot be synced: {Marshal.GetPInvokeErrorMessage(error)}", error);
    }

    [LibraryImport("libc", EntryPoint = "link", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Link(string from, string to);

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int FSync(int descriptor);

    [LibraryImport("libc", EntryPoint = "close")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Close(int descriptor);
}
