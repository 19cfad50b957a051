using System.IO.Compression;
using HostAtlas.Agent.Backup.Walk;
using HostAtlas.Agent.Logs.Cursors;
using Microsoft.Win32.SafeHandles;

namespace HostAtlas.Agent.Logs.Files;

/// <summary>The bytes of a log, open: whatever becomes of its name, they can be read to their end.</summary>
internal interface ILogContent : IDisposable
{
    /// <summary>Reads up to so many bytes from a place on; fewer only at the end.</summary>
    int Read(Span<byte> into, long offset);

    /// <summary>What the file is now.</summary>
    FileFacts Facts { get; }

    /// <summary>Nothing is added to it any more.</summary>
    bool IsFinal { get; }
}

/// <summary>A log as it is written.</summary>
internal sealed class FileContent(SafeFileHandle handle) : ILogContent
{
    public FileFacts Facts => LinuxFiles.Stat(handle);

    public bool IsFinal => false;

    public int Read(Span<byte> into, long offset)
    {
        var filled = 0;
        while (filled < into.Length && LinuxFiles.Read(handle, into[filled..], offset + filled) is > 0 and var read) filled += read;
        return filled;
    }

    /// <summary>The first byte that is no hole.</summary>
    public long FirstData() => LinuxFiles.NextData(handle, 0, Facts.Size);

    public void Dispose() => handle.Dispose();
}

/// <summary>
/// A log that was compressed when it was rotated. It is unfolded from the beginning; what was read last stays, since a reader goes back to
/// the start of the line it is in.
/// </summary>
internal sealed class GzipContent : ILogContent
{
    private const int WindowBytes = 1 << 20;

    private readonly SafeFileHandle _handle;
    private readonly byte[] _window = new byte[WindowBytes];
    private GZipStream _stream;
    private long _windowAt;
    private int _filled;

    public GzipContent(SafeFileHandle handle)
    {
        _handle = handle;
        _stream = Open();
    }

    public FileFacts Facts => LinuxFiles.Stat(_handle);

    public bool IsFinal => true;

    public int Read(Span<byte> into, long offset)
    {
        if (offset < _windowAt)
        {
            _stream.Dispose();
            _stream = Open();
            (_windowAt, _filled) = (0, 0);
        }
        while (_windowAt + _filled < offset + into.Length)
        {
            if (_filled == WindowBytes) Slide();
            var read = Unfold(_window.AsSpan(_filled));
            if (read == 0) break;
            _filled += read;
        }
        var from = (int)Math.Min(offset - _windowAt, _filled);
        var length = Math.Min(into.Length, _filled - from);
        _window.AsSpan(from, length).CopyTo(into);
        return length;
    }

    public void Dispose()
    {
        _stream.Dispose();
        _handle.Dispose();
    }

    private int Unfold(Span<byte> into)
    {
        try
        {
            return _stream.Read(into);
        }
        catch (InvalidDataException)
        {
            // Damaged: it ends where it can be read to.
            return 0;
        }
    }

    private void Slide()
    {
        const int half = WindowBytes / 2;
        _window.AsSpan(half).CopyTo(_window);
        _windowAt += half;
        _filled -= half;
    }

    // The stream gets no right to close the handle: it is opened anew over it.
    private GZipStream Open() => new(new HandleStream(_handle), CompressionMode.Decompress);

    private sealed class HandleStream(SafeFileHandle handle) : Stream
    {
        private long _at;

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => _at; set => throw new NotSupportedException(); }

        public override int Read(Span<byte> buffer)
        {
            var read = LinuxFiles.Read(handle, buffer, _at);
            _at += read;
            return read;
        }

        public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

        public override void Flush()
        {
            // Nothing is written.
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
