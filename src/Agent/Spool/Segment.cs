using System.Globalization;
using HostAtlas.Agent.Credentials;

namespace HostAtlas.Agent.Spool;

/// <summary>
/// One file of the log, named by the sequence of its first record (20 digits, so that names sort). It is only appended to and deleted
/// whole.
/// </summary>
internal sealed class Segment(string path, long first) : IDisposable
{
    private const string Extension = ".seg";
    private FileStream? _writer;

    // Records in front of this offset are acknowledged: nobody reads them again.
    private int _readFromBytes;

    public long First => first;

    /// <summary>The highest sequence in it, damaged ones included; one less than <see cref="First"/> while it is empty.</summary>
    public long Last { get; private set; } = first - 1;

    public int SizeBytes { get; private set; }

    public static Segment Create(string folder, long first)
    {
        var segment = new Segment(Path.Combine(folder, first.ToString("D20", CultureInfo.InvariantCulture) + Extension), first);
        segment.OpenWriter(FileMode.CreateNew);
        AtomicFile.FlushFolder(folder);
        return segment;
    }

    /// <summary>The segments of a folder, oldest first, as they lie there; nothing is changed.</summary>
    public static List<Segment> List(string folder) =>
        [.. Directory.EnumerateFiles(folder, "*" + Extension).Order(StringComparer.Ordinal)
            .Select(p => (Path: p, First: FirstOf(p))).Where(s => s.First > 0).Select(s => new Segment(s.Path, s.First))];

    /// <summary>Reads the whole file once and learns its range.</summary>
    public SegmentScan Load()
    {
        var scan = RecordFraming.Scan(File.ReadAllBytes(path));
        Last = Math.Max(first - 1, scan.HighestSequence);
        SizeBytes = (int)new FileInfo(path).Length;
        return scan;
    }

    /// <summary>Cuts what a kill in the middle of a write left behind the last whole record.</summary>
    public void CutTail(int endBytes)
    {
        if (endBytes == SizeBytes) return;
        OpenWriter(FileMode.Open);
        _writer!.SetLength(endBytes);
        _writer.Flush(flushToDisk: true);
        SizeBytes = endBytes;
    }

    /// <summary>Appends one framed record and flushes it to the disk. When the disk refuses, the file is as it was.</summary>
    public void Append(ReadOnlySpan<byte> record, long sequence)
    {
        if (_writer is null) OpenWriter(FileMode.Open);
        try
        {
            _writer!.Seek(SizeBytes, SeekOrigin.Begin);
            _writer.Write(record);
            _writer.Flush(flushToDisk: true);
        }
        catch (IOException)
        {
            _writer!.SetLength(SizeBytes);
            throw;
        }
        SizeBytes += record.Length;
        Last = sequence;
    }

    /// <summary>The records with a sequence above <paramref name="acknowledged"/>, from the disk.</summary>
    public List<SpoolRecord> ReadAfter(long acknowledged)
    {
        if (Last <= acknowledged) return [];
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
        stream.Seek(_readFromBytes, SeekOrigin.Begin);
        var bytes = new byte[Math.Max(0, SizeBytes - _readFromBytes)];
        var length = stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
        var scan = RecordFraming.Scan(bytes.AsMemory(0, length));
        var done = scan.Records.LastOrDefault(r => r.Sequence <= acknowledged);
        _readFromBytes += done.EndBytes;
        return [.. scan.Records.Where(r => r.Sequence > acknowledged)];
    }

    public void Delete()
    {
        Dispose();
        File.Delete(path);
    }

    public void Dispose()
    {
        _writer?.Dispose();
        _writer = null;
    }

    // Zero for a file that is none of ours.
    private static long FirstOf(string path) =>
        long.TryParse(Path.GetFileNameWithoutExtension(path), NumberStyles.None, CultureInfo.InvariantCulture, out var first) ? first : 0;

    private void OpenWriter(FileMode mode)
    {
        var options = new FileStreamOptions
        {
            Mode = mode,
            Access = FileAccess.Write,
            Share = FileShare.Read | FileShare.Delete,
            BufferSize = 0,
        };
        if (mode == FileMode.CreateNew && !OperatingSystem.IsWindows()) options.UnixCreateMode = FilePermissions.PrivateFile;
        _writer ??= new FileStream(path, options);
    }
}
