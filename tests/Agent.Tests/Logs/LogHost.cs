using System.IO.Compression;
using System.Text.Json;
using System.Threading.Channels;
using HostAtlas.Agent.Configuration;
using HostAtlas.Agent.Logs;
using HostAtlas.Agent.Logs.Cursors;
using HostAtlas.Agent.Logs.Files;
using HostAtlas.Agent.Logs.Journal;
using HostAtlas.Agent.Redaction;
using HostAtlas.Agent.Spool;
using HostAtlas.Shared.Wire;
using HostAtlas.TestSupport;

namespace HostAtlas.Agent.Tests.Logs;

/// <summary>A folder of logs and an agent's reading of it, whose process can be killed and started again at any moment.</summary>
internal sealed class LogHost : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly LogOptions _options;
    private int _ids;
    private ReportSpool? _spool;
    private LogReading? _reading;
    private LogCursors? _cursors;
    private byte[] _cursorsBefore = [];
    private (string Path, long Bytes) _endBefore;

    public LogHost(string files = "*.log", LogOptions? options = null)
    {
        Directory.CreateDirectory(Folder);
        _options = (options ?? new LogOptions()) with { Files = [LogPattern.TryParse(System.IO.Path.Combine(Folder, files), out _)!] };
    }

    public string Folder => _folder.File("logs");

    public string State => _folder.File("state");

    public ManualTimeProvider Time { get; } = new(new DateTimeOffset(2026, 11, 25, 12, 0, 0, TimeSpan.Zero));

    public LogReading Reading => _reading ?? Start();

    public LogCursors Cursors => _cursors!;

    public ReportSpool Spool => _spool!;

    public string Path(string name) => System.IO.Path.Combine(Folder, name);

    /// <summary>Adds to a file, makes it when it is not there.</summary>
    public void Write(string name, string text) => File.AppendAllText(Path(name), text);

    /// <summary>Reads all that is there, after so long.</summary>
    public void Poll(double afterSeconds = 1, ChannelReader<JournalEntry>? entries = null)
    {
        var reading = Reading;
        Time.Advance(TimeSpan.FromSeconds(afterSeconds));
        _cursorsBefore = CursorBytes();
        _endBefore = End();
        for (var turns = 0; reading.Turn(entries); turns++) Assert.True(turns < 100_000, "It never comes to an end.");
    }

    /// <summary>Ends the process without a word and starts another.</summary>
    public void Restart()
    {
        _reading?.Dispose();
        _spool?.Dispose();
        _reading = null;
        Start();
    }

    /// <summary>Ends the process in the middle of what it wrote last: some bytes of its last append are not there.</summary>
    public bool RestartTorn(int cutBytes)
    {
        _reading?.Dispose();
        _spool?.Dispose();
        _reading = null;
        var (path, bytes) = End();
        // Only what the last turn appended, and only when nothing was written down after it: what was, came after a flush.
        var floor = path == _endBefore.Path ? _endBefore.Bytes : 0;
        var torn = bytes > floor && CursorBytes().AsSpan().SequenceEqual(_cursorsBefore);
        if (torn)
        {
            using var stream = new FileStream(path, FileMode.Open);
            stream.SetLength(Math.Max(floor, bytes - cutBytes));
        }
        Start();
        return torn;
    }

    /// <summary>What is in the spool, in its order.</summary>
    public IReadOnlyList<LogLine> Lines() => [.. Segments().SelectMany(file => RecordFraming.Scan(File.ReadAllBytes(file)).Records)
        .Select(record => JsonSerializer.Deserialize<LogLine>(LogRecord.Json(record.Payload).Span, JsonSerializerOptions.Web)!)];

    /// <summary>Their texts.</summary>
    public IReadOnlyList<string> Texts() => [.. Lines().Select(line => line.Text)];

    /// <summary>Writes down how far all is, as the loop does now and then.</summary>
    public void Save() => Reading.Save();

    /// <summary>What logrotate does by renaming: app.log.1 becomes app.log.2, and so on.</summary>
    public void Shift(string name)
    {
        foreach (var number in Enumerable.Range(1, 60).Reverse())
        {
            foreach (var extension in new[] { "", ".gz" })
            {
                if (File.Exists(Path($"{name}.{number}{extension}")))
                    File.Move(Path($"{name}.{number}{extension}"), Path($"{name}.{number + 1}{extension}"));
            }
        }
    }

    /// <summary>Compresses a file as gzip does, with its time.</summary>
    public void Compress(string name)
    {
        var time = File.GetLastWriteTimeUtc(Path(name));
        using (var from = File.OpenRead(Path(name)))
        using (var to = new GZipStream(File.Create(Path(name + ".gz")), CompressionLevel.Fastest))
            from.CopyTo(to);
        File.SetLastWriteTimeUtc(Path(name + ".gz"), time);
        File.Delete(Path(name));
    }

    public void Dispose()
    {
        _reading?.Dispose();
        _spool?.Dispose();
        _folder.Dispose();
    }

    private LogReading Start()
    {
        Directory.CreateDirectory(State);
        _cursors = LogCursors.Load(System.IO.Path.Combine(State, "cursors"));
        _spool = ReportSpool.Open(System.IO.Path.Combine(State, "spool"), System.IO.Path.Combine(State, "refused"),
            _options.SpoolMaxBytes, () => new Guid(++_ids, 0, 0, new byte[8]), BatchRule.Lines, _cursors);
        return _reading = new LogReading(_options, OwnerRules.None, _cursors, _spool, Time, TimeZoneInfo.Utc);
    }

    private IEnumerable<string> Segments() => Directory.Exists(System.IO.Path.Combine(State, "spool"))
        ? Directory.GetFiles(System.IO.Path.Combine(State, "spool"), "*.seg").Order(StringComparer.Ordinal) : [];

    private (string Path, long Bytes) End() => Segments().LastOrDefault() is { } last ? (last, new FileInfo(last).Length) : ("", 0);

    private byte[] CursorBytes() =>
        File.Exists(System.IO.Path.Combine(State, "cursors")) ? File.ReadAllBytes(System.IO.Path.Combine(State, "cursors")) : [];
}
