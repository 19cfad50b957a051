using System.Globalization;
using HostAtlas.Engine.Logs;
using HostAtlas.Shared;

namespace HostAtlas.Gateway.People;

/// <summary>
/// What a search of log lines asks for: <c>source=&amp;from=ms&amp;to=ms&amp;text=&amp;cursor=&amp;limit=</c>, each optional. Default: the
/// newest of all that is kept. What is empty counts as left out.
/// </summary>
internal sealed record LogsRange(string? Source, long FromMs, long ToMs, string? Text, LogPlace? After, int Limit)
{
    private const int TextMost = 256;
    private const long LatestMs = 253_402_300_799_999; // the end of the year 9999

    /// <summary>Reads the query, or says what is wrong with it.</summary>
    public static Step<LogsRange> Read(IQueryCollection query)
    {
        var list = ListQuery.Read(query);
        if (list.Fault is not null) return list.Fault;
        var fields = new Fields();
        var source = TextOf(query, "source", Limits.LogSourceLength, fields);
        var text = TextOf(query, "text", TextMost, fields);
        // A line may lie ahead of this clock by minutes; the newest first means that one too.
        var to = TimeOf(query, "to", fields) ?? LatestMs;
        var from = TimeOf(query, "from", fields) ?? 0;
        if (fields.Failure is { } illFormed) return illFormed;
        if (from >= to) fields.Fault("/from", "The range is empty: from lies at or after to.");
        if (fields.Failure is { } empty) return empty;
        LogPlace? after = null;
        if (list.Cursor is not null && (after = CursorOf(list.Cursor)) is null) return ListQuery.UnknownCursor;
        // A cursor of another search is a place all the same, and none behind the range's end.
        return new LogsRange(source, from, to, text, after is { } place && place.AtMs >= to ? null : after, list.Limit);
    }

    /// <summary>A place as a cursor.</summary>
    public static string CursorOf(LogPlace place) =>
        string.Create(CultureInfo.InvariantCulture, $"{place.AtMs}.{(ulong)place.Key:x16}.{place.Number}");

    private static LogPlace? CursorOf(string cursor) =>
        cursor.Split('.') is [var at, { Length: 16 } key, var number]
        && long.TryParse(at, NumberStyles.None, CultureInfo.InvariantCulture, out var atMs)
        && ulong.TryParse(key, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var bits)
        && int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var n)
            ? new LogPlace(atMs, (long)bits, n)
            : null;

    private static long? TimeOf(IQueryCollection query, string name, Fields fields) =>
        string.IsNullOrEmpty(query[name].FirstOrDefault()) && query[name].Count <= 1
            ? null
            : QueryNumbers.Read(query, name, 0, LatestMs, fields);

    private static string? TextOf(IQueryCollection query, string name, int most, Fields fields)
    {
        var given = query[name];
        if (given.Count > 1 || given.FirstOrDefault()?.Length > most)
            fields.Fault("/" + name, $"A text of at most {most} characters is expected, once.");
        return string.IsNullOrEmpty(given.FirstOrDefault()) ? null : given[0];
    }
}
