using System.Runtime.InteropServices;
using System.Text;
using HostAtlas.Agent.Backup.Selection;
using HostAtlas.Agent.Backup.Walk;
using HostAtlas.Agent.Collect;
using Microsoft.Win32.SafeHandles;

namespace HostAtlas.Agent.Inventory.Files;

/// <summary>
/// The only way by which the inventory opens a file, so that the key rule holds everywhere: what is a private key by its name, or behind a
/// link by its target's, is never opened; else the first 64 bytes are read, and when they are a key's the file is closed.
/// A path is looked at without opening what it leads to (O_PATH), so that neither a pipe waits for a writer nor a device moves, and what is
/// then opened is the very inode that was looked at, whoever swaps names meanwhile.
/// </summary>
/// <param name="root">The folder that stands for "/".</param>
/// <param name="watch">Hears of each opened file (0 bytes) and how far it was read; for tests.</param>
internal sealed partial class HostFiles(string root = "/", Action<string, long>? watch = null)
{
    /// <summary>Entries of one folder that are looked at.</summary>
    public const int FolderEntriesMax = 5_000;

    // asm-generic/fcntl.h: the same on x64 and arm64.
    private const int PathOnly = 0x200000, CloseOnExec = 0x80000, NonBlocking = 0x800;

    /// <summary>Where a path of the host is found.</summary>
    public string At(string path) => root == "/" ? path : root + path;

    /// <summary>Opens a file for reading; null with the reason.</summary>
    /// <param name="path">As the host names it.</param>
    /// <param name="maxBytes">Larger ones are not opened.</param>
    /// <param name="opened">The file when the answer is <see cref="FileAnswer.Opened"/>.</param>
    /// <param name="isCrontab">
    /// It lies where cron looks: a name that a key only may have, and a comment that speaks of one, do not hide what cron runs.
    /// </param>
    public FileAnswer TryOpen(string path, long maxBytes, out OpenedFile? opened, bool isCrontab = false)
    {
        opened = null;
        if (IsKeyName(path, isCrontab)) return FileAnswer.PrivateKey;
        try
        {
            using var look = Open(At(path), PathOnly | CloseOnExec, out var fault);
            if (look is null) return fault;
            var facts = LinuxFiles.Stat(look);
            if (facts.Kind != FileKind.File) return FileAnswer.NoFile;
            var self = $"/proc/self/fd/{look.DangerousGetHandle()}";
            if (File.ResolveLinkTarget(self, returnFinalTarget: false) is { } target && IsKeyName(target.FullName, isCrontab))
                return FileAnswer.PrivateKey;
            if (facts.Size > maxBytes) return FileAnswer.TooLarge;
            return OpenContent(self, path, out fault) is not { } file ? fault : Judge(file, path, isCrontab, out opened);
        }
        catch (Exception exception) when (exception is LinuxFaultException or IOException or UnauthorizedAccessException)
        {
            return FileAnswer.Unreadable;
        }
    }

    /// <summary>Reads a small text whole. Bytes that are no UTF-8 become U+FFFD.</summary>
    public FileAnswer TryReadText(string path, int maxBytes, out string text, bool isCrontab = false)
    {
        text = "";
        var answer = TryOpen(path, maxBytes, out var opened, isCrontab);
        if (opened is null) return answer;
        using (opened)
        {
            try
            {
                var buffer = new byte[maxBytes + 1];
                var filled = 0;
                while (filled < buffer.Length && opened.Read(buffer.AsSpan(filled), filled) is > 0 and var read) filled += read;
                if (filled > maxBytes) return FileAnswer.TooLarge;
                text = Encoding.UTF8.GetString(buffer, 0, filled);
                return FileAnswer.Opened;
            }
            catch (LinuxFaultException)
            {
                return FileAnswer.Unreadable;
            }
        }
    }

    /// <summary>A small text, or null whatever the reason is.</summary>
    public string? TextOf(string path, int maxBytes = 64 << 10) =>
        TryReadText(path, maxBytes, out var text) == FileAnswer.Opened ? text : null;

    /// <summary>Names in a folder in their order; null when there is none. Throws <see cref="UnauthorizedAccessException"/> and
    /// <see cref="IOException"/>.</summary>
    public IReadOnlyList<string>? Names(string folder) =>
        !IsFolder(folder) ? null
            : [.. Directory.EnumerateFileSystemEntries(At(folder)).Take(FolderEntriesMax).Select(path => Path.GetFileName(path)!)
                .Order(StringComparer.Ordinal)];

    /// <summary>Whether a path leads to a folder.</summary>
    public bool IsFolder(string path) => Directory.Exists(At(path));

    /// <summary>Whether something is there, and no folder.</summary>
    public bool Exists(string path) => File.Exists(At(path));

    /// <summary>Whether this is a link.</summary>
    public bool IsLink(string path) => new FileInfo(At(path)).LinkTarget is not null;

    /// <summary>Whether anybody may execute a file.</summary>
    public bool IsExecutable(string path)
    {
        const UnixFileMode Any = UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;
        try
        {
            return Exists(path) && (File.GetUnixFileMode(At(path)) & Any) != 0;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    // Any mode: what others may read too and is called like a key is none of the inventory's business either.
    private static bool IsKeyName(string path, bool isCrontab) =>
        PrivateKeyRule.ByName(Encoding.UTF8.GetBytes(Path.GetFileName(path)), isCrontab ? ReadableByOthers : 0) == KeySuspicion.IsKey
        || OtherStores.Any(ending => path.EndsWith(ending, StringComparison.OrdinalIgnoreCase));

    private const int ReadableByOthers = 4;

    private static readonly string[] OtherStores = [".pkcs12", ".bks", ".kdb", ".keytab", ".gpg", ".pvk"];

    private SafeFileHandle? OpenContent(string self, string path, out FileAnswer fault)
    {
        var content = Open(self, NonBlocking | CloseOnExec, out fault);
        if (content is not null) watch?.Invoke(path, 0);
        return content;
    }

    private FileAnswer Judge(SafeFileHandle handle, string path, bool isCrontab, out OpenedFile? opened)
    {
        opened = null;
        var head = new byte[PrivateKeyRule.HeadBytes];
        try
        {
            var filled = 0;
            while (filled < head.Length && LinuxFiles.Read(handle, head.AsSpan(filled), filled) is > 0 and var read) filled += read;
            watch?.Invoke(path, filled);
            if (IsKey(head.AsSpan(0, filled), isCrontab))
            {
                handle.Dispose();
                return FileAnswer.PrivateKey;
            }
            opened = new OpenedFile(handle, head[..filled], path, watch);
            return FileAnswer.Opened;
        }
        catch (LinuxFaultException)
        {
            handle.Dispose();
            throw;
        }
    }

    // A crontab is a key when it begins with one: a comment, or a line behind the first, hides nothing of what cron runs from it.
    private static bool IsKey(ReadOnlySpan<byte> head, bool isCrontab)
    {
        if (!isCrontab || head.Contains((byte)0)) return PrivateKeyRule.ByHead(head);
        foreach (var line in head.Split((byte)'\n'))
        {
            var text = head[line].Trim(" \t\r"u8);
            if (!text.IsEmpty && text[0] != '#') return PrivateKeyRule.ByHead(text);
        }
        return false;
    }

    private static SafeFileHandle? Open(string path, int flags, out FileAnswer fault)
    {
        var descriptor = open(path, flags);
        fault = FileAnswer.Opened;
        if (descriptor >= 0) return new SafeFileHandle(descriptor, ownsHandle: true);
        fault = KernelFile.IsAbsence(-Marshal.GetLastPInvokeError()) ? FileAnswer.Absent : FileAnswer.Unreadable;
        return null;
    }

#pragma warning disable SA1300, IDE1006 // The kernel's own name.
    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int open(string path, int flags);
#pragma warning restore SA1300, IDE1006
}
