using HostAtlas.Agent.Backup.Walk;
using HostAtlas.Agent.Logs.Cursors;

namespace HostAtlas.Agent.Logs.Files;

/// <summary>The files beside a log that were it before a rotation, by their names, the oldest first.</summary>
internal sealed class Rotated
{
    // A compressor may keep the time of what it compressed by the second only.
    private const long TimeSlackNs = 2_000_000_000;

    private readonly LogFolders _folders;
    private readonly List<Candidate> _candidates = [];

    /// <summary>Looks around.</summary>
    public Rotated(LogFolders folders, string path)
    {
        _folders = folders;
        var (folder, log) = (LogFolders.Parent(path), Path.GetFileName(path));
        foreach (var name in folders.Names(folder).Where(name => RotationName.IsOf(name, log)))
        {
            var candidate = Path.Combine(folder, name);
            if (folders.Look(candidate) is { Kind: FileKind.File } facts) _candidates.Add(new Candidate(candidate, facts));
        }
        // A compressor gives its result the time of what it compressed; while both are there, the original is the one to read.
        _candidates.Sort((one, other) => (one.Facts.MtimeNs, -RotationName.NumberOf(one.Path), RotationName.IsGzip(one.Path))
            .CompareTo((other.Facts.MtimeNs, -RotationName.NumberOf(other.Path), RotationName.IsGzip(other.Path))));
    }

    /// <summary>When the newest of them was written; 0 when there is none.</summary>
    public long NewestNs => _candidates.Count == 0 ? 0 : _candidates[^1].Facts.MtimeNs;

    /// <summary>
    /// Finds what is left to read of a stream whose file is no longer where it was: by its inode (it was renamed), else by its first bytes
    /// (it was copied or compressed).
    /// </summary>
    public ILogContent? Find(StreamState stream, bool byInode)
    {
        var consumed = stream.Mark.Offset + stream.Mark.Part;
        foreach (var candidate in _candidates)
        {
            if (byInode != (candidate.Identity == stream.Identity)) continue;
            // Without a byte to compare, everything would fit.
            if (!byInode && (stream.Fingerprint.Bytes == 0 || candidate.Facts.MtimeNs < stream.WrittenNs - TimeSlackNs)) continue;
            if (Open(candidate) is not { } content) continue;
            if (IsOf(stream, content, consumed)) return content;
            content.Dispose();
        }
        return null;
    }

    /// <summary>
    /// Those that no stream is known for and that were written no earlier than one moment and before another: rotations that came and went
    /// between two looks.
    /// </summary>
    public IEnumerable<ILogContent> Unknown(IReadOnlyList<StreamState> known, FileIdentity? current, long sinceNs, long untilNs)
    {
        foreach (var candidate in _candidates)
        {
            if (IsBefore(candidate.Facts.MtimeNs, sinceNs) || !IsBefore(candidate.Facts.MtimeNs, untilNs) || candidate.Identity == current
                || Open(candidate) is not { } content) continue;
            if (known.Any(stream => IsKnown(stream, candidate, content))) content.Dispose();
            else yield return content;
        }
    }

    // Compressors copy a time as they have it: by the nanosecond, the microsecond or the second.
    private static bool IsBefore(long atNs, long sinceNs)
    {
        var unit = atNs % 1_000_000_000 == 0 ? 1_000_000_000 : 1_000;
        return atNs / unit < sinceNs / unit;
    }

    private static bool IsKnown(StreamState stream, Candidate candidate, ILogContent content) =>
        stream.Identity == candidate.Identity ? OpenLog.Fits(stream.Fingerprint, content)
            : stream.Fingerprint.Bytes > 0 && IsOf(stream, content, stream.Mark.Offset + stream.Mark.Part);

    private static bool IsOf(StreamState stream, ILogContent content, long consumed)
    {
        if (!OpenLog.Fits(stream.Fingerprint, content)) return false;
        if (!content.IsFinal) return content.Facts.Size >= consumed;
        Span<byte> last = stackalloc byte[1];
        return consumed == 0 || content.Read(last, consumed - 1) == 1;
    }

    private ILogContent? Open(Candidate candidate)
    {
        if (RotationName.IsCompressed(candidate.Path) && !RotationName.IsGzip(candidate.Path)) return null;
        if (_folders.OpenFile(candidate.Path) is not { } handle) return null;
        return RotationName.IsGzip(candidate.Path) ? new GzipContent(handle) : new FileContent(handle);
    }

    private sealed record Candidate(string Path, FileFacts Facts)
    {
        public FileIdentity Identity { get; } = FileIdentity.Of(Facts);
    }
}
