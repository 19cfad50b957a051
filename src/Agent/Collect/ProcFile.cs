namespace HostAtlas.Agent.Collect;

/// <summary>
/// Reads small files of the kernel into one buffer that is used again at each tick. Such files have no length before they are read, and
/// their text is made while it is read, so it is taken to the end in one go.
/// </summary>
internal sealed class ProcFile(string path)
{
    // A host with thousands of containers has mount tables of a few hundred kilobytes; a file beyond this is none of ours.
    private const int MaxBytes = 8 * 1024 * 1024;
    private byte[] _buffer = new byte[4096];

    /// <summary>
    /// The whole text; valid until the next call. Throws <see cref="IOException"/> or <see cref="UnauthorizedAccessException"/>.
    /// </summary>
    public ReadOnlySpan<byte> Read()
    {
        using var handle = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        var length = 0;
        while (true)
        {
            var read = RandomAccess.Read(handle, _buffer.AsSpan(length), length);
            if (read == 0) return _buffer.AsSpan(0, length);
            length += read;
            if (length < _buffer.Length) continue;
            if (length >= MaxBytes) throw new IOException($"{path} is larger than {MaxBytes} bytes.");
            Array.Resize(ref _buffer, 2 * _buffer.Length);
        }
    }
}
