using HostAtlas.Agent.Logs.Cursors;
using HostAtlas.Agent.Spool;

namespace HostAtlas.Agent.Logs;

/// <summary>
/// Redacted lines on their way to the spool. They are collected and appended together, because each append waits for the disk. What the
/// disk refuses stays here, and nothing more is read until it is taken: the files are the queue then.
/// </summary>
/// <param name="spool">STATE/logs/spool; null: for a look, lines are only collected.</param>
/// <param name="cursors">Learns how far lines are appended.</param>
internal sealed class LogOutbox(ReportSpool? spool, LogCursors cursors)
{
    private const int MostLines = 2_000, MostBytes = 1 << 20;

    private readonly List<(long AtMs, byte[] Payload)> _items = [];
    private readonly List<LogMark> _marks = [];
    private int _bytes;

    /// <summary>Nothing more should be added before the next <see cref="Flush"/>.</summary>
    public bool IsFull => _items.Count >= MostLines || _bytes >= MostBytes;

    /// <summary>All that was added is in the spool.</summary>
    public bool IsEmpty => _items.Count == 0;

    /// <summary>What waits here.</summary>
    public IReadOnlyList<(long AtMs, byte[] Payload)> Items => _items;

    /// <summary>Adds a line that may leave the host.</summary>
    public void Add(DateTimeOffset at, string source, string text, LogMark mark)
    {
        var atMs = at.ToUnixTimeMilliseconds();
        var payload = LogRecord.Write(mark, atMs, source, text);
        _items.Add((atMs, payload));
        _marks.Add(mark);
        _bytes += payload.Length;
    }

    /// <summary>Appends what was added.</summary>
    /// <exception cref="IOException">The disk refused; what it did not take waits here.</exception>
    public void Flush()
    {
        if (spool is null || IsEmpty) return;
        cursors.SaveStreams();
        var done = 0;
        try
        {
            while (done < _items.Count)
            {
                var count = spool.AppendSome(_items, done);
                cursors.Appended(_marks.Skip(done).Take(count), spool.Newest);
                done += count;
            }
        }
        finally
        {
            _bytes -= _items.Take(done).Sum(item => item.Payload.Length);
            _items.RemoveRange(0, done);
            _marks.RemoveRange(0, done);
        }
    }
}
