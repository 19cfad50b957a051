using HostAtlas.Agent.Backup.Walk;
using HostAtlas.Agent.Logs.Cursors;
using HostAtlas.Agent.Logs.Lines;
using HostAtlas.Agent.Redaction;

namespace HostAtlas.Agent.Logs.Files;

/// <summary>
/// One configured log: what is called so now, and what was called so before and is not read to its end. It survives renames (the open file
/// is read on, whatever its name), cutting with a copy (the copy is found by its first bytes and read on where the file was left),
/// compression, and any of them while the agent was down.
/// </summary>
internal sealed class FileTail : IDisposable
{
    private readonly string _path;
    private readonly LogCursors _cursors;
    private readonly LogContext _context;
    private readonly LineBudget _budget;
    private readonly byte[] _buffer;
    private readonly long _firstReadMostBytes;
    private readonly List<OpenLog> _logs = [];
    private readonly List<LogMark> _finished = [];
    private OpenLog? _current;
    private RedactionState _redaction;
    private long _leftOut;
    private long _sinceNs;
    private bool _isResumed;

    /// <param name="path">The absolute path; also the source's name.</param>
    /// <param name="cursors">What is known of it.</param>
    /// <param name="context">What all sources share.</param>
    /// <param name="budget">Its lines a second.</param>
    /// <param name="buffer">Room for reading, shared by all logs.</param>
    /// <param name="firstReadMostBytes">Of a file that was never seen: how much of its end is read.</param>
    public FileTail(string path, LogCursors cursors, LogContext context, LineBudget budget, byte[] buffer, long firstReadMostBytes)
    {
        (_path, _cursors, _context, _budget, _buffer) = (path, cursors, context, budget, buffer);
        _firstReadMostBytes = firstReadMostBytes;
    }

    /// <summary>The path.</summary>
    public string Path => _path;

    /// <summary>Nothing of it is open.</summary>
    public bool IsIdle => _logs.Count == 0 && _finished.Count == 0;

    /// <summary>Reads what came since the last time, until the outbox is full or so often was read; true: there may be more.</summary>
    /// <exception cref="IOException">It cannot be read; what the kernel says.</exception>
    public bool Poll(LogFolders folders, int mostReads)
    {
        _budget.Refill(_context.Elapsed);
        if (!_isResumed) Resume(folders);
        else
        {
            // What is open comes first: only what was read has a beginning by which a copy of it is known.
            do
            {
                if (ReadOpen(folders, ref mostReads, areNewPassedOver: true)) return true;
            }
            while (!FollowName(folders));
        }
        return ReadOpen(folders, ref mostReads);
    }

    /// <summary>Tells where each of its files stands; only when all lines are appended.</summary>
    public void Settle()
    {
        foreach (var log in _logs)
        {
            Describe(log);
            _cursors.Settle(log.Mark);
        }
        // Only now: a file that is told to be done while its last lines wait would lose them in a kill.
        foreach (var mark in _finished)
        {
            _cursors.Settle(mark);
            _cursors.Describe(mark.Stream, stream => stream with { IsDone = true });
        }
        _finished.Clear();
    }

    /// <inheritdoc />
    public void Dispose()
    {
        foreach (var log in _logs) log.Dispose();
    }

    private bool ReadOpen(LogFolders folders, ref int mostReads, bool areNewPassedOver = false)
    {
        for (var i = 0; i < _logs.Count; i++)
        {
            var log = _logs[i];
            // What came and went before it has not been looked for yet.
            if (areNewPassedOver && log == _current && log.IsUntouched) continue;
            while (true)
            {
                if (_context.Outbox.IsFull || mostReads <= 0) return true;
                var untouched = log == _current && log.IsUntouched;
                if (log.IsUntouched) HandOn(log, i);
                var outcome = log.ReadSome();
                if (outcome == ReadOutcome.Replaced) GoOnInCopy(log, folders);
                else if (outcome == ReadOutcome.Finished) Finish(log);
                else if (outcome == ReadOutcome.Read)
                {
                    mostReads--;
                    Describe(log);
                    // The first look at a new file: one that came and went just before it is missed otherwise.
                    if (untouched) AddUnknown(new Rotated(folders, _path), log.Identity);
                    continue;
                }
                if (outcome != ReadOutcome.NothingNew) i--;
                else log.TellLeftOut();
                break;
            }
        }
        return false;
    }

    // The name may stand for another file by now. False: what had it must be read before more is decided.
    private bool FollowName(LogFolders folders)
    {
        if (folders.Look(_path) is not { Kind: FileKind.File } facts) return true;
        if (_current?.Identity == FileIdentity.Of(facts))
        {
            if (_current.IsUntouched && facts.Size > 0) AddUnknown(new Rotated(folders, _path), _current.Identity);
            return true;
        }
        if (_current is not null)
        {
            // Copies that were made of it before it was renamed; what was made of it afterwards has its time.
            if (_current.IsUntouched)
                AddUnknown(new Rotated(folders, _path), _current.Identity, _current.Content.Facts.MtimeNs);
            Retire(_current);
            return false;
        }
        AddUnknown(new Rotated(folders, _path), FileIdentity.Of(facts));
        AddCurrent(folders);
        return true;
    }

    // After a start: everything that was not read to its end is looked for, by inode and then by its first bytes.
    private void Resume(LogFolders folders)
    {
        var known = _cursors.Of(_path);
        var handle = folders.OpenFile(_path);
        var current = handle is null ? null : new FileContent(handle);
        var rotated = new Rotated(folders, _path);
        if (known.Count == 0)
        {
            if (current is null) return;
            _isResumed = true;
            _sinceNs = rotated.NewestNs + 1_000;
            AddFirst(current);
            return;
        }
        _isResumed = true;
        _redaction = known[^1].Mark.Redaction;
        foreach (var stream in known.Where(s => !s.IsDone))
        {
            _sinceNs = stream.WrittenNs;
            if (current is not null && _current is null && FileIdentity.Of(current.Facts) == stream.Identity
                && current.Facts.Size >= stream.Mark.Offset + stream.Mark.Part && OpenLog.Fits(stream.Fingerprint, current))
            {
                Open(stream, current, isCurrent: true);
            }
            else if ((rotated.Find(stream, byInode: true) ?? rotated.Find(stream, byInode: false)) is { } rest)
                Open(stream, rest, isCurrent: false);
            else _cursors.Describe(stream.Id, s => s with { IsDone = true });
        }
        if (known.All(s => s.IsDone)) _sinceNs = known.Max(s => s.WrittenNs);
        AddUnknown(rotated, current is null ? null : FileIdentity.Of(current.Facts));
        // As they were written; what has the name now comes last.
        var inOrder = _logs.OrderBy(log => log == _current).ThenBy(log => log.Content.Facts.MtimeNs / 1_000).ToList();
        _logs.Clear();
        _logs.AddRange(inOrder);
        if (_current is not null || current is null) return;
        current.Dispose();
        AddCurrent(folders);
    }

    private void GoOnInCopy(OpenLog log, LogFolders folders)
    {
        var rotated = new Rotated(folders, _path);
        var isCurrent = log == _current;
        Describe(log);
        _sinceNs = log.WrittenNs;
        var stream = _cursors.Of(_path).First(s => s.Id == log.Id) with { Mark = log.Mark };
        if ((rotated.Find(stream with { Identity = default }, byInode: false)) is { } copy)
        {
            log.GoOnIn(copy);
            Describe(log);
        }
        else Finish(log);
        if (!isCurrent) return;
        _current = null;
        AddUnknown(rotated, folders.Look(_path) is { } facts ? FileIdentity.Of(facts) : null);
        AddCurrent(folders);
    }

    private void AddFirst(FileContent content)
    {
        var size = content.Facts.Size;
        var offset = 0L;
        if (size > _firstReadMostBytes)
        {
            // From a line's start on.
            var from = size - _firstReadMostBytes;
            var length = content.Read(_buffer, from);
            var end = _buffer.AsSpan(0, length).IndexOf((byte)'\n');
            offset = end < 0 ? size : from + end + 1;
        }
        var first = new byte[(int)Math.Min(Fingerprint.MostBytes, offset)];
        var fingerprint = Fingerprint.Of(first.AsSpan(0, content.Read(first, 0)));
        Open(NewStream(content, offset, fingerprint), content, isCurrent: true);
    }

    private void AddCurrent(LogFolders folders)
    {
        if (folders.OpenFile(_path) is not { } handle) return;
        var content = new FileContent(handle);
        // A program that writes on at its old place in a file that was cut leaves a hole in front.
        Open(NewStream(content, content.FirstData(), Fingerprint.None), content, isCurrent: true);
    }

    private void AddUnknown(Rotated rotated, FileIdentity? current, long untilNs = long.MaxValue)
    {
        foreach (var content in rotated.Unknown(_cursors.Of(_path), current, _sinceNs, untilNs).ToList())
            Open(NewStream(content, 0, Fingerprint.None), content, isCurrent: false);
        if (untilNs == long.MaxValue) _sinceNs = Math.Max(_sinceNs, rotated.NewestNs);
    }

    private StreamState NewStream(ILogContent content, long offset, Fingerprint fingerprint) => _cursors.Add(id => new StreamState
    {
        Id = id,
        Source = _path,
        Path = _path,
        Identity = FileIdentity.Of(content.Facts),
        Fingerprint = fingerprint,
        WrittenNs = _sinceNs,
        Mark = new LogMark { Stream = id, Offset = offset },
    });

    private void Open(StreamState stream, ILogContent content, bool isCurrent)
    {
        var log = new OpenLog(stream, content, _budget, _buffer, _context);
        if (!isCurrent) log.Retire();
        // What was rotated away comes before what has its name now.
        var at = isCurrent || _current is null ? _logs.Count : _logs.IndexOf(_current);
        _logs.Insert(at, log);
        if (isCurrent) _current = log;
        Describe(log);
    }

    private void Retire(OpenLog log)
    {
        log.Retire();
        // While nothing of it was read, what came before it may not have been read either.
        if (!log.IsUntouched) _sinceNs = Math.Max(log.WrittenNs, log.Content.Facts.MtimeNs);
        _current = null;
    }

    private void Finish(OpenLog log)
    {
        log.TellLeftOut();
        Describe(log);
        _redaction = log.Mark.Redaction;
        _leftOut += log.Mark.LeftOut;
        _finished.Add(log.Mark with { LeftOut = 0 });
        _logs.Remove(log);
        log.Dispose();
    }

    private void HandOn(OpenLog log, int at)
    {
        log.Inherit(at > 0 ? _logs[at - 1].Mark.Redaction : _redaction, _leftOut);
        _leftOut = 0;
    }

    private void Describe(OpenLog log) => _cursors.Describe(log.Id, stream => stream with
    {
        Identity = log.Identity,
        Fingerprint = log.Fingerprint,
        WrittenNs = Math.Max(stream.WrittenNs, log.WrittenNs),
    });
}
