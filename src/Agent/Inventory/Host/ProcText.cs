using System.Text;
using HostAtlas.Agent.Collect;

namespace HostAtlas.Agent.Inventory.Host;

/// <summary>Reads a file of the kernel once, up to a bound. Such files have no length before they are read.</summary>
internal static class ProcText
{
    /// <summary>The first bytes; null when there is no such file, the process is gone, or this one may not.</summary>
    public static byte[]? Read(string path, int maxBytes)
    {
        var descriptor = KernelFile.Open(Encoding.UTF8.GetBytes(path + '\0'));
        if (descriptor < 0) return null;
        try
        {
            var buffer = new byte[Math.Min(4096, maxBytes)];
            var filled = 0;
            while (true)
            {
                var read = KernelFile.Read(descriptor, buffer.AsSpan(filled));
                if (read < 0) return null;
                filled += read;
                if (read == 0 || filled == maxBytes) return buffer[..filled];
                if (filled == buffer.Length) Array.Resize(ref buffer, Math.Min(maxBytes, 2 * buffer.Length));
            }
        }
        finally
        {
            KernelFile.Close(descriptor);
        }
    }

    /// <summary>The same as text.</summary>
    public static string? Text(string path, int maxBytes = 4096) =>
        Read(path, maxBytes) is { } bytes ? Encoding.UTF8.GetString(bytes) : null;
}
