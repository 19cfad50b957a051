using HostAtlas.Agent.Backup.Selection;
using HostAtlas.Agent.Backup.Walk;
using Microsoft.Win32.SafeHandles;

namespace HostAtlas.Agent.Inventory.Files;

/// <summary>What became of a wish to read a file.</summary>
internal enum FileAnswer
{
    /// <summary>It is open.</summary>
    Opened,

    /// <summary>There is nothing at this path.</summary>
    Absent,

    /// <summary>A private key by its name, and never opened, or by its first bytes, after which it was closed.</summary>
    PrivateKey,

    /// <summary>A folder, a pipe, a device, a socket.</summary>
    NoFile,

    /// <summary>Larger than asked for; not opened.</summary>
    TooLarge,

    /// <summary>This process may not, or the disk does not answer.</summary>
    Unreadable,
}

/// <summary>A file whose first bytes are known and are no private key's.</summary>
internal sealed class OpenedFile(SafeFileHandle handle, byte[] head, string path, Action<string, long>? watch) : IDisposable
{
    /// <summary>The first bytes, at most <see cref="PrivateKeyRule.HeadBytes"/>.</summary>
    public ReadOnlySpan<byte> Head => head;

    /// <summary>Reads from an offset; 0 at the end. Throws <see cref="LinuxFaultException"/>.</summary>
    public int Read(Span<byte> into, long offset)
    {
        var read = LinuxFiles.Read(handle, into, offset);
        watch?.Invoke(path, offset + read);
        return read;
    }

    /// <inheritdoc />
    public void Dispose() => handle.Dispose();
}
