using System.Text.Json;
using System.Text.Json.Serialization;
using HostAtlas.Agent.Credentials;
using HostAtlas.Agent.Spool;

namespace HostAtlas.Agent.Logs.Cursors;

/// <summary>
/// How far everything is spooled: STATE/logs/cursors, and what the spool's records say beyond it.
/// <para>
/// Why a kill loses and repeats nothing: a line's record carries the position behind the line, so both are on the disk or neither. The file
/// says up to which record it has the positions; at a start the records behind that one are applied to it in their order. So the position
/// that a start ends up with is that of the last line that is spooled: everything behind is read again, nothing before is. Records are
/// only deleted after the file has what they say (<see cref="BeforeDelete"/>); a stream is in the file before its first record is in the
/// spool (<see cref="SaveStreams"/>); and the file never gets a position whose lines are not in the spool: it is changed by records that
/// were appended, and by <see cref="Settle"/>, which is called only when nothing waits to be appended.
/// </para>
/// </summary>
internal sealed class LogCursors : ISpoolFollower
{
    // Of one path, and of all: a log whose name has a date in it leaves a path a day.
    private const int DoneKept = 16, StreamsMost = 4_000;

    private readonly string? _path;
    private readonly SortedDictionary<long, StreamState> _streams = [];
    private readonly Dictionary<string, SortedSet<long>> _ofPath = new(StringComparer.Ordinal);
    private long _sequence, _nextId = 1;
    private bool _isDirty, _lacksStreams;

    private LogCursors(string? path, CursorFile? file)
    {
        _path = path;
        if (file is null) return;
        (_sequence, _nextId, Journal, Patterns) = (file.Sequence, file.NextId, file.Journal, file.Patterns);
        foreach (var stream in file.Streams) Put(stream);
    }

    /// <summary>The position in the journal; null before its first entry.</summary>
    public JournalPosition? Journal { get; private set; }

    /// <summary>The patterns for files that were configured when this was last saved.</summary>
    public IReadOnlyList<string> Patterns { get; private set; } = [];

    /// <summary>The file was damaged: what was read lately may be sent a second time.</summary>
    public bool WasDamaged { get; private init; }

    /// <summary>Reads the file. <paramref name="keeps"/> false: for a look, nothing is ever written.</summary>
    public static LogCursors Load(string path, bool keeps = true)
    {
        var content = File.Exists(path) ? CheckedBytes.Open(File.ReadAllBytes(path)) : [];
        var file = content.IsEmpty ? null : JsonSerializer.Deserialize(content, CursorJson.Default.CursorFile);
        return new LogCursors(keeps ? path : null, file) { WasDamaged = file is null && File.Exists(path) };
    }

    /// <summary>The streams of a file by its path, the oldest first.</summary>
    public IReadOnlyList<StreamState> Of(string path) =>
        _ofPath.TryGetValue(path, out var ids) ? [.. ids.Select(id => _streams[id])] : [];

    /// <summary>Whether the file is one that is known.</summary>
    public bool Knows(FileIdentity identity) => _streams.Values.Any(s => s.Path is not null && s.Identity == identity);

    /// <summary>The stream of a source that is no file; it is made when there is none.</summary>
    public StreamState Named(string source) =>
        _streams.Values.FirstOrDefault(s => s.Path is null && s.Source == source) ?? Add(id => new StreamState
        {
            Id = id,
            Source = source,
            Mark = new LogMark { Stream = id, Offset = 0 },
        });

    /// <summary>Adds a stream.</summary>
    public StreamState Add(Func<long, StreamState> make)
    {
        var stream = make(_nextId++);
        Put(stream);
        if (_streams.Count > StreamsMost && _streams.Values.FirstOrDefault(s => s.IsDone) is { } oldest) Forget(oldest.Id);
        _lacksStreams = _isDirty = true;
        return stream;
    }

    /// <summary>Notes what was learned of a file: not how far it is read.</summary>
    public void Describe(long id, Func<StreamState, StreamState> change)
    {
        if (!_streams.TryGetValue(id, out var stream)) return;
        var changed = change(stream) with { Id = id, Mark = stream.Mark };
        if (changed == stream) return;
        // Where and what it is must be on the disk before its next line; when it was written last need not.
        if (changed with { WrittenNs = stream.WrittenNs } != stream) _lacksStreams = true;
        _streams[id] = changed;
        _isDirty = true;
        if (changed.IsDone && changed.Path is { } path)
            foreach (var old in Of(path).Where(s => s.IsDone).SkipLast(DoneKept)) Forget(old.Id);
    }

    /// <summary>A stream is read further than its last line that is sent. Only when nothing waits to be appended.</summary>
    public void Settle(LogMark mark)
    {
        if (_streams.TryGetValue(mark.Stream, out var stream) && stream.Mark != mark) Apply(mark);
    }

    /// <summary>Lets go of a stream that has nothing to remember.</summary>
    public void Forget(long id)
    {
        if (!_streams.Remove(id, out var stream)) return;
        if (stream.Path is { } path && _ofPath[path].Remove(id) && _ofPath[path].Count == 0) _ofPath.Remove(path);
        _isDirty = true;
    }

    /// <summary>Remembers for what files it looks.</summary>
    public void LooksFor(IReadOnlyList<string> patterns)
    {
        if (Patterns.SequenceEqual(patterns, StringComparer.Ordinal)) return;
        (Patterns, _isDirty, _lacksStreams) = (patterns, true, true);
    }

    /// <summary>These records were appended, the last with this sequence.</summary>
    public void Appended(IEnumerable<LogMark> marks, long sequence)
    {
        foreach (var mark in marks) Apply(mark);
        _sequence = sequence;
    }

    /// <summary>Writes new streams down, before the first of their records is appended.</summary>
    public void SaveStreams()
    {
        if (_lacksStreams) Save();
    }

    /// <summary>Writes all down.</summary>
    public void Save()
    {
        if (!_isDirty || _path is null) return;
        var file = new CursorFile
        {
            Sequence = _sequence,
            NextId = _nextId,
            Journal = Journal,
            Patterns = Patterns,
            Streams = [.. _streams.Values],
        };
        AtomicFile.Write(_path, CheckedBytes.Seal(JsonSerializer.SerializeToUtf8Bytes(file, CursorJson.Default.CursorFile)));
        _isDirty = _lacksStreams = false;
    }

    /// <inheritdoc />
    public void Found(SpoolRecord record)
    {
        if (record.Sequence <= _sequence) return;
        Apply(LogRecord.Mark(record.Payload));
        _sequence = record.Sequence;
    }

    /// <inheritdoc />
    public void AllFound(long newest)
    {
        // A spool that somebody emptied counts anew.
        if (_sequence <= newest) return;
        (_sequence, _isDirty) = (newest, true);
        Save();
    }

    /// <inheritdoc />
    public void BeforeDelete() => Save();

    private void Put(StreamState stream)
    {
        _streams[stream.Id] = stream;
        if (stream.Path is not { } path) return;
        if (!_ofPath.TryGetValue(path, out var ids)) _ofPath[path] = ids = [];
        ids.Add(stream.Id);
    }

    private void Apply(LogMark mark)
    {
        if (mark.Cursor is { } cursor) Journal = new JournalPosition(cursor, mark.Offset);
        foreach (var other in mark.Others ?? [])
            if (_streams.TryGetValue(other.Stream, out var unit))
                _streams[other.Stream] = unit with { Mark = unit.Mark with { Redaction = other.Redaction, LeftOut = other.LeftOut } };
        if (_streams.TryGetValue(mark.Stream, out var stream)) _streams[mark.Stream] = stream with { Mark = mark with { Others = null } };
        _isDirty = true;
    }
}

/// <summary>An entry of the journal, and how many of its lines are spooled.</summary>
internal sealed record JournalPosition(string Cursor, long Lines)
{
    /// <summary>All of them.</summary>
    public const long Whole = long.MaxValue;
}

/// <summary>STATE/logs/cursors.</summary>
internal sealed record CursorFile
{
    /// <summary>The spool's record up to which this has the positions.</summary>
    public required long Sequence { get; init; }

    public required long NextId { get; init; }

    public JournalPosition? Journal { get; init; }

    public required IReadOnlyList<string> Patterns { get; init; }

    public required IReadOnlyList<StreamState> Streams { get; init; }
}

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(CursorFile))]
internal sealed partial class CursorJson : JsonSerializerContext;
