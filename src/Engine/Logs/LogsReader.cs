using System.Text;
using HostAtlas.Engine.Presence;
using HostAtlas.Engine.Storage.Sealing;
using HostAtlas.Shared.Ids;

namespace HostAtlas.Engine.Logs;

/// <summary>What people read of a server's lines.</summary>
public interface ILogsReader
{
    /// <summary>A page of lines, the newest first.</summary>
    Task<LogsPage> ReadAsync(LogsQuery query, CancellationToken cancellation);
}

/// <summary>Which lines; from inclusive, to exclusive, Unix milliseconds.</summary>
/// <param name="Source">Lines of this source alone; null: of all.</param>
/// <param name="Text">Lines that have this in them, in upper or lower case; null: all.</param>
/// <param name="After">The last line of the page before; null for the first page.</param>
/// <param name="Limit">Lines of a page.</param>
public sealed record LogsQuery(
    TeamId Team, ServerId Server, string? Source, long FromMs, long ToMs, string? Text, LogPlace? After, int Limit);

/// <summary>A page. <paramref name="Next"/>: where to read on; null: there is nothing more.</summary>
public sealed record LogsPage(IReadOnlyList<FoundLine> Lines, LogPlace? Next);

/// <summary>A line for people.</summary>
public sealed record FoundLine(LogPlace Place, string Source, string Text);

/// <summary>
/// Opens lines one after another until a page is full. Source and text are sealed, so the database can look for neither: what a search
/// opens without finding is bounded, and the page then says where to read on, with the lines found so far, maybe none.
/// </summary>
public sealed class LogsReader(ILogSource source, ITeamSeals seals) : ILogsReader
{
    /// <summary>Lines that one call opens.</summary>
    public const int LinesOpened = 20_000;

    private const long BytesOpened = 16L << 20;

    /// <inheritdoc />
    public async Task<LogsPage> ReadAsync(LogsQuery query, CancellationToken cancellation)
    {
        if (seals.Find(query.Team) is not { } seal) return new LogsPage([], null);
        var scan = new Scan(query, seal);
        await source.VisitAsync(
            new ServerKey(query.Team, query.Server), query.FromMs, query.After ?? LogPlace.Before(query.ToMs), scan.Visit, cancellation)
            .ConfigureAwait(false);
        return new LogsPage(scan.Found, scan.Next);
    }

    /// <summary>One call's way through the lines.</summary>
    private sealed class Scan(LogsQuery query, TeamSeal seal)
    {
        private readonly byte[]? _source = query.Source is { } source ? Encoding.UTF8.GetBytes(source) : null;
        private byte[] _opened = new byte[4096];
        private char[] _text = new char[4096];
        private LogPlace? _last;
        private int _lines;
        private long _bytes;

        public List<FoundLine> Found { get; } = [];

        /// <summary>Set when a line was met that this page has no room for, or that this call did not open.</summary>
        public LogPlace? Next { get; private set; }

        public bool Visit(LogPlace place, ReadOnlySpan<byte> sealedBytes)
        {
            if (Found.Count == query.Limit || _lines == LinesOpened || _bytes >= BytesOpened)
            {
                Next = _last;
                return false;
            }
            (_last, _lines, _bytes) = (place, _lines + 1, _bytes + sealedBytes.Length);
            if (_opened.Length < sealedBytes.Length) _opened = new byte[2 * sealedBytes.Length];
            var length = seal.Open(SealedLines.Place(query.Server, place), sealedBytes, _opened);
            LogEntry.Read(_opened.AsSpan(0, length), out var source, out var text);
            if (_source is not null && !source.SequenceEqual(_source)) return true;
            // Searched in memory that is used again: only a line that is found becomes a text of its own.
            if (_text.Length < text.Length) _text = new char[2 * text.Length];
            var chars = _text.AsSpan(0, Encoding.UTF8.GetChars(text, _text));
            if (query.Text is not { } wanted || chars.Contains(wanted, StringComparison.OrdinalIgnoreCase))
                Found.Add(new FoundLine(place, Encoding.UTF8.GetString(source), new string(chars)));
            return true;
        }
    }
}
