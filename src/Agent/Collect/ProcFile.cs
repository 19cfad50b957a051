using System.Text;

namespace HostAtlas.Agent.Collect;

/// <summary>
/// Reads small files of the kernel into one buffer that is used again at each tick. Such files have no length before they are read, and
/// their text is made while it is read, so it is taken to the end in one go.
/// </summary>
/// <param name="path">Where the file lies.</param>
/// <param name="expectedBytes">The buffer's first size; it grows when the file is longer.</param>
internal sealed class ProcFile(string path, int expectedBytes = 4096)
{
    /// <summary>Enough for a file that holds one number.</summary>
    public const int OneNumberBytes = 64;

    // A host with thousands of containers has mount tables of a few hundred kilobytes; a file beyond this is none of ours.
    private const int MaxBytes = 8 * 1024 * 1024;
    private readonly byte[] _path = Encoding.UTF8.GetBytes(path + '\0');
    private byte[] _buffer = new byte[expectedBytes];

    /// <summary>
    /// The whole text; valid until the next call. Throws <see cref="IOException"/> or <see cref="UnauthorizedAccessException"/>.
    /// </summary>
    public ReadOnlySpan<byte> Read() => TryRead(out var text) ? text : throw new FileNotFoundException($"{path} is not there.", path);

    /// <summary>
    /// The whole text, valid until the next call; false when this host has no such file. Throws <see cref="IOException"/> or
    /// <see cref="UnauthorizedAccessException"/> for every other reason.
    /// </summary>
    public bool TryRead(out ReadOnlySpan<byte> text)
    {
        text = default;
        var descriptor = KernelFile.Open(_path);
        if (descriptor < 0) return KernelFile.IsAbsence(descriptor) ? false : throw KernelFile.Fault(path, descriptor);
        try
        {
            var length = 0;
            while (true)
            {
                var read = KernelFile.Read(descriptor, _buffer.AsSpan(length));
                if (read < 0) return KernelFile.IsAbsence(read) ? false : throw KernelFile.Fault(path, read);
                if (read == 0) break;
                length += read;
                if (length < _buffer.Length) continue;
                if (length >= MaxBytes) throw new IOException($"{path} is larger than {MaxBytes} bytes.");
                Array.Resize(ref _buffer, 2 * _buffer.Length);
            }
            text = _buffer.AsSpan(0, length);
            return true;
        }
        finally
        {
            KernelFile.Close(descriptor);
        }
    }
}
