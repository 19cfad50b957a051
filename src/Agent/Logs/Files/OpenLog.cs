using HostAtlas.Agent.Backup.Walk;
using HostAtlas.Agent.Logs.Cursors;
using HostAtlas.Agent.Logs.Lines;
using HostAtlas.Agent.Redaction;

namespace HostAtlas.Agent.Logs.Files;

/// <summary>One incarnation of a log that is open: cuts it into lines and hands them to its source's gate.</summary>
internal sealed class OpenLog : IDisposable
{
    /// <summary>How long a line without its end waits for it.</summary>
    public static readonly TimeSpan PartPatience = TimeSpan.FromSeconds(10);

    /// <summary>How long a file that was rotated away may be silent before nothing more is expected of it.</summary>
    public static readonly TimeSpan Quiet = TimeSpan.FromSeconds(60);

    private const byte LineFeed = (byte)'\n';
    private const int Overlap = 64;

    private readonly LogContext _context;
    private readonly SourceGate _gate;
    private readonly byte[] _buffer;
    private readonly long _id;
    private Fingerprint _fingerprint;
    private long _lineStart, _scanned;
    private int _part, _partSeen;
    private TimeSpan _grewAt;
    private RedactionState _scannedState;
    private (long Size, long WrittenNs) _seen = (-1, 0);

    /// <param name="state">Where it stands.</param>
    /// <param name="content">The file; taken over.</param>
    /// <param name="budget">The source's.</param>
    /// <param name="buffer">Room that all logs share, one after another.</param>
    /// <param name="context">What all sources share.</param>
    public OpenLog(StreamState state, ILogContent content, LineBudget budget, byte[] buffer, LogContext context)
    {
        (_id, Content, _context, _buffer) = (state.Id, content, context, buffer);
        _gate = new SourceGate(state.Source, budget, context, state);
        (_lineStart, _part, _fingerprint, WrittenNs) = (state.Mark.Offset, state.Mark.Part, state.Fingerprint, state.WrittenNs);
        Identity = FileIdentity.Of(content.Facts);
        _grewAt = context.Elapsed;
    }

    /// <summary>Its stream's number.</summary>
    public long Id => _id;

    /// <summary>The file.</summary>
    public ILogContent Content { get; private set; }

    /// <summary>Which it is.</summary>
    public FileIdentity Identity { get; private set; }

    /// <summary>It was rotated away: it may still grow for a while.</summary>
    public bool IsRetired { get; private set; }

    /// <summary>When it was written last, as far as was seen.</summary>
    public long WrittenNs { get; private set; }

    /// <summary>Nothing of it was read yet.</summary>
    public bool IsUntouched => _lineStart == 0 && _part == 0;

    /// <summary>How far it was read.</summary>
    public long Consumed => _lineStart + _part;

    /// <summary>Where it stands.</summary>
    public LogMark Mark => _gate.Complete(new LogMark { Stream = _id, Offset = _lineStart, Part = _part });

    /// <summary>Its first bytes.</summary>
    public Fingerprint Fingerprint => _fingerprint;

    /// <summary>It was rotated away.</summary>
    public void Retire() => (IsRetired, _grewAt) = (true, _context.Elapsed);

    /// <summary>What the log before it left: a key's block may begin in one file and end in the next.</summary>
    public void Inherit(RedactionState redaction, long leftOut) => _gate.Inherit(redaction, leftOut);

    /// <summary>Goes on in a copy: the file itself was cut.</summary>
    public void GoOnIn(ILogContent copy)
    {
        Content.Dispose();
        Content = copy;
        Identity = FileIdentity.Of(copy.Facts);
        (IsRetired, _grewAt, _seen, _scanned) = (true, _context.Elapsed, (-1, 0), 0);
    }

    /// <summary>Reads what is there, at most a buffer full.</summary>
    public ReadOutcome ReadSome()
    {
        var facts = Content.Facts;
        var isSame = _seen == (facts.Size, facts.MtimeNs);
        if (isSame && _partSeen == 0 && _scanned == 0 && !Content.IsFinal) return AtEnd(isWhole: true);
        var start = _lineStart + _scanned;
        var length = Content.Read(_buffer, start);
        // Behind the reading: what was cut and written anew between a look and a reading would be taken for the rest of the old.
        if (!Content.IsFinal && !IsStill()) return ReadOutcome.Replaced;
        _seen = (-1, 0);
        var bytes = _buffer.AsSpan(0, length);
        if (_scanned > 0) return FollowTooLong(bytes);
        var end = bytes.LastIndexOf(LineFeed) + 1;
        if (end > 0)
        {
            _grewAt = _context.Elapsed;
            // Only what was taken whole need not be looked at again before it changes.
            if (TakeLines(bytes[..end]) && end == length && length < _buffer.Length) _seen = (facts.Size, facts.MtimeNs);
            WrittenNs = Math.Max(WrittenNs, facts.MtimeNs);
            LearnBeginning(start);
            return ReadOutcome.Read;
        }
        if (length == _buffer.Length) return FollowTooLong(bytes);
        _seen = (facts.Size, facts.MtimeNs);
        return OnPart(bytes);
    }

    /// <summary>Says how many lines were left out, when others get through again.</summary>
    public void TellLeftOut() => _gate.TellLeftOut(Mark);

    /// <inheritdoc />
    public void Dispose() => Content.Dispose();

    // False: the outbox is full before they are all taken.
    private bool TakeLines(ReadOnlySpan<byte> lines)
    {
        while (!lines.IsEmpty)
        {
            if (_context.Outbox.IsFull) return false;
            if (_part == 0 && !_gate.IsOpen && !_gate.Redaction.InKeyBlock && !Redaction.Rules.KeyBlockRule.MayOpen(lines))
            {
                // Far more than gets through: the rest of what was read is passed over at once.
                _gate.LeaveOut(lines, lines.Count(LineFeed));
                _lineStart += lines.Length;
                return true;
            }
            var length = lines.IndexOf(LineFeed);
            TakeLine(lines[..length], length + 1);
            lines = lines[(length + 1)..];
        }
        return true;
    }

    private void TakeLine(ReadOnlySpan<byte> line, int advance)
    {
        var before = new LogMark { Stream = _id, Offset = _lineStart, Part = _part };
        _gate.Take(line, before, new LogMark { Stream = _id, Offset = _lineStart + advance }, _part);
        _lineStart += advance;
        (_part, _partSeen) = (0, 0);
    }

    private ReadOutcome OnPart(ReadOnlySpan<byte> bytes)
    {
        if (bytes.IsEmpty) return AtEnd(isWhole: true);
        var elapsed = _context.Elapsed;
        if (bytes.Length != _partSeen) (_partSeen, _grewAt) = (bytes.Length, elapsed);
        // No end will come any more.
        if (Content.IsFinal || (IsRetired && elapsed - _grewAt >= Quiet))
        {
            TakeLine(bytes, bytes.Length);
            return ReadOutcome.Read;
        }
        var whole = CutLine.WholeCharacters(bytes);
        if (whole > _part && elapsed - _grewAt >= PartPatience)
        {
            var before = new LogMark { Stream = _id, Offset = _lineStart, Part = _part };
            if (_gate.TakeBeginning(bytes[..whole], before, before with { Part = whole }, _part)) _part = whole;
        }
        return AtEnd(isWhole: false);
    }

    // A line that does not fit into the buffer is not kept: it will be replaced whole, and is only followed to its end.
    private ReadOutcome FollowTooLong(ReadOnlySpan<byte> bytes)
    {
        if (_scanned == 0) _scannedState = _gate.Redaction;
        var length = bytes.IndexOf(LineFeed);
        var isEnd = length >= 0 || (bytes.Length < _buffer.Length && (Content.IsFinal || (IsRetired && IsQuiet)));
        if (!isEnd && bytes.Length < _buffer.Length) return AtEnd(isWhole: false);
        var piece = length < 0 ? bytes : bytes[..length];
        _scannedState = Redactor.Follow(piece, _scannedState);
        if (!isEnd)
        {
            // A mark of a key may lie across two pieces.
            _scanned += piece.Length - Overlap;
            _grewAt = _context.Elapsed;
            return ReadOutcome.Read;
        }
        var before = new LogMark { Stream = _id, Offset = _lineStart, Part = _part };
        var next = _lineStart + _scanned + piece.Length + (length < 0 ? 0 : 1);
        _gate.TakeTooLong(_scannedState, before, new LogMark { Stream = _id, Offset = next });
        (_lineStart, _scanned, _part, _partSeen) = (next, 0, 0, 0);
        return ReadOutcome.Read;
    }

    private bool IsQuiet => _context.Elapsed - _grewAt >= Quiet;

    private ReadOutcome AtEnd(bool isWhole)
    {
        if (isWhole) _partSeen = 0;
        return isWhole && (Content.IsFinal || (IsRetired && IsQuiet)) ? ReadOutcome.Finished : ReadOutcome.NothingNew;
    }

    // Whether the file is what it was: not shorter than what was read of it, with the beginning that it had.
    private bool IsStill() =>
        Content.Facts.Size >= Math.Max(Consumed, _lineStart + _scanned) && Fits(_fingerprint, Content);

    // The beginning as it was read: no other bytes than those of the lines that were taken may become the fingerprint.
    private void LearnBeginning(long start)
    {
        if (_fingerprint.Bytes == Fingerprint.MostBytes || _lineStart <= _fingerprint.Bytes) return;
        Span<byte> first = stackalloc byte[(int)Math.Min(Fingerprint.MostBytes, _lineStart)];
        var length = Content.Read(first, 0);
        if (length < first.Length || !_fingerprint.Fits(first)) return;
        var read = first[(int)Math.Min(start, first.Length)..];
        if (read.SequenceEqual(_buffer.AsSpan(0, read.Length))) _fingerprint = Fingerprint.Of(first);
    }

    /// <summary>Whether a content begins as a fingerprint says.</summary>
    public static bool Fits(Fingerprint fingerprint, ILogContent content)
    {
        Span<byte> first = stackalloc byte[fingerprint.Bytes];
        return fingerprint.Bytes == 0 || (content.Read(first, 0) == first.Length && fingerprint.Fits(first));
    }
}

/// <summary>What came of a reading.</summary>
internal enum ReadOutcome
{
    /// <summary>Something; there may be more.</summary>
    Read,

    /// <summary>Nothing for now.</summary>
    NothingNew,

    /// <summary>It is not the file any more that it was: cut, or another in its place.</summary>
    Replaced,

    /// <summary>It is at its end, and no more will come.</summary>
    Finished,
}
