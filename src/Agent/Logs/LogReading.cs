using System.Globalization;
using System.Threading.Channels;
using HostAtlas.Agent.Configuration;
using HostAtlas.Agent.Logs.Cursors;
using HostAtlas.Agent.Logs.Files;
using HostAtlas.Agent.Logs.Journal;
using HostAtlas.Agent.Logs.Lines;
using HostAtlas.Agent.Redaction;
using HostAtlas.Agent.Spool;

namespace HostAtlas.Agent.Logs;

/// <summary>
/// From files and the journal into the spool: reads a turn's worth, appends it, and only then takes note of how far it is. It waits for
/// nothing; a loop gives it its turns.
/// </summary>
internal sealed class LogReading : IDisposable
{
    /// <summary>The source of what the agent says itself between the lines.</summary>
    public const string OwnSource = "hostatlas-agent";

    private const int EntriesPerTurn = 1_000;

    private readonly LogCursors _cursors;
    private readonly ReportSpool? _spool;
    private readonly LogContext _context;
    private readonly LogFiles _files;
    private readonly JournalTail _journal;
    private long _leftOut;

    /// <param name="options">What is read.</param>
    /// <param name="redaction">What is filtered besides what always is.</param>
    /// <param name="cursors">How far everything is.</param>
    /// <param name="spool">Where lines go; null: for a look, they stay in <see cref="Outbox"/>.</param>
    /// <param name="time">All clocks.</param>
    /// <param name="zone">Of times without one.</param>
    public LogReading(
        LogOptions options, OwnerRules redaction, LogCursors cursors, ReportSpool? spool, TimeProvider time, TimeZoneInfo zone)
    {
        (_cursors, _spool) = (cursors, spool);
        Outbox = new LogOutbox(spool, cursors);
        _context = new LogContext(new Redactor(redaction), Outbox, time, zone, lines => _leftOut += lines);
        _files = new LogFiles(options, cursors, _context);
        _journal = new JournalTail(options, cursors, _context);
    }

    /// <summary>Lines that are not in the spool yet.</summary>
    public LogOutbox Outbox { get; }

    /// <summary>Lines that the rate limit left out.</summary>
    public long LeftOut => _leftOut;

    /// <summary>Files and units.</summary>
    public int Sources => _files.Count + _journal.Count;

    /// <summary>What cannot be read, and why.</summary>
    public IEnumerable<string> Faults => _files.Faults;

    /// <summary>One turn; true: there may be more at once.</summary>
    /// <exception cref="IOException">The disk refused; what it did not take is kept for the next turn.</exception>
    public bool Turn(ChannelReader<JournalEntry>? entries)
    {
        // What the disk refused the last time comes before anything else is read.
        Append();
        TellLosses();
        var more = _files.Poll();
        if (entries is not null) more |= TakeEntries(entries);
        if (_spool is not null) Append();
        return more;
    }

    /// <summary>Writes down how far everything is, when it was not.</summary>
    /// <exception cref="IOException">The disk refused.</exception>
    public void Save() => _cursors.Save();

    /// <inheritdoc />
    public void Dispose() => _files.Dispose();

    private bool TakeEntries(ChannelReader<JournalEntry> entries)
    {
        for (var count = 0; count < EntriesPerTurn && !Outbox.IsFull; count++)
        {
            if (!entries.TryRead(out var entry))
            {
                _journal.TellLeftOut();
                return false;
            }
            _journal.Take(entry);
        }
        return true;
    }

    private void Append()
    {
        Outbox.Flush();
        if (!Outbox.IsEmpty) return;
        _files.Settle();
        _journal.Settle();
        // A log that was met is known from here on: what becomes of it while no process looks can be made out afterwards.
        _cursors.SaveStreams();
    }

    // Lines that a full spool dropped are told of once there is room again, at the time up to which they are missing.
    private void TellLosses()
    {
        if (_spool?.Level is not { Gap.Reports: > 0 } level || level.Bytes > level.MaxBytes / 4 * 3) return;
        var stream = _cursors.Named(OwnSource);
        if (level.Gap.Reports == stream.Mark.Offset) return;
        var lines = level.Gap.Reports - stream.Mark.Offset;
        var at = DateTimeOffset.FromUnixTimeMilliseconds(level.Gap.ToMs);
        Outbox.Add(at, OwnSource, string.Create(CultureInfo.InvariantCulture,
                $"{lines} {(lines == 1 ? "line" : "lines")} of all sources up to {at.UtcDateTime:u} left out because the spool was full"),
            new LogMark { Stream = stream.Id, Offset = level.Gap.Reports });
        Outbox.Flush();
    }
}
