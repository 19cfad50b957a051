using System.Text;

namespace HostAtlas.Engine.Metrics.Rollups;

/// <summary>
/// One server's raw reports of one hour -> its 60 points of a minute and its point of the hour, for every name that any report of the hour
/// has. Pure but for its own accumulators; what it takes in memory depends on the names alone, not on how many reports there are.
/// </summary>
public sealed class HourWindow(long hourMs)
{
    /// <summary>A minute in milliseconds.</summary>
    public const long MinuteMs = 60_000;

    /// <summary>An hour in milliseconds.</summary>
    public const long HourMs = 3_600_000;

    private const int Minutes = 60;

    private readonly Dictionary<string, Tally[]> _names = new(StringComparer.Ordinal);
    private readonly Dictionary<long, (NameSet Set, Tally[][] Columns)> _sets = [];
    private readonly long[] _newest = [.. Enumerable.Repeat(-1L, Minutes)];

    /// <summary>The hour a time lies in, as its start.</summary>
    public static long HourOf(long atMs) => Floor(atMs, HourMs);

    /// <summary>The largest multiple of a unit that is not above a time, before 1970 too.</summary>
    public static long Floor(long atMs, long unitMs)
    {
        // One division: this runs for every sample a query reads.
        var over = atMs % unitMs;
        return atMs - over - (over < 0 ? unitMs : 0);
    }

    /// <summary>Whether the rows of a set can be added.</summary>
    public bool Knows(long setId) => _sets.ContainsKey(setId);

    /// <summary>Makes a name set known before its first row. <paramref name="setId"/>: what rows name it by.</summary>
    public void AddSet(long setId, NameSet set) =>
        _sets[setId] = (set, [.. NameSet.Split(set.NamesUtf8).Select(name => ColumnOf(name))]);

    /// <summary>
    /// Adds a report; they come in order of time. <see cref="ArgumentOutOfRangeException"/> when it is not of this hour,
    /// <see cref="FormatException"/> when it is damaged or shorter than its set.
    /// </summary>
    public void AddRow(long atMs, long setId, ReadOnlySpan<byte> packed)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(HourOf(atMs), hourMs, nameof(atMs));
        var columns = _sets[setId].Columns;
        var minute = (int)((atMs - hourMs) / MinuteMs);
        var values = new PackedValues.Reader(packed);
        for (var i = 0; i < columns.Length; i++) columns[i][minute].Add(values.At(i));
        _newest[minute] = (atMs - hourMs) % MinuteMs;
    }

    /// <summary>The roll-up, or null when no report was added.</summary>
    public HourRollup? Finish()
    {
        var lastMinute = Array.FindLastIndex(_newest, newest => newest >= 0);
        if (lastMinute < 0) return null;
        var names = Names();
        var minutes = new RollupPoint[names.Count * Minutes];
        var hours = new RollupPoint[names.Count];
        var split = NameSet.Split(names.NamesUtf8);
        for (var i = 0; i < split.Length; i++)
        {
            var whole = default(Tally);
            var column = _names[split[i]];
            for (var minute = 0; minute < Minutes; minute++)
            {
                if (column[minute].Count == 0) continue;
                whole.Add(column[minute]);
                minutes[(i * Minutes) + minute] = column[minute].Point;
            }
            if (whole.Count > 0) hours[i] = whole.Point;
        }
        return new HourRollup(
            names, ColumnBlockWriter.Write(_newest, minutes),
            ColumnBlockWriter.Write([(lastMinute * MinuteMs) + _newest[lastMinute]], hours));
    }

    // One of the server's own lists when it holds all names, so that a new one is stored only where lists truly differ; else all in order.
    private NameSet Names()
    {
        var largest = _sets.Values.MaxBy(set => set.Set.Count).Set;
        if (largest.Count == _names.Count) return largest;
        var utf8 = Encoding.UTF8.GetBytes(string.Join('\n', _names.Keys.Order(StringComparer.Ordinal)));
        return new NameSet(NameSet.IdOf(utf8), _names.Count, utf8);
    }

    private Tally[] ColumnOf(string name)
    {
        if (!_names.TryGetValue(name, out var column)) _names.Add(name, column = new Tally[Minutes]);
        return column;
    }
}

/// <summary>A finished hour.</summary>
/// <param name="Names">What the blocks' columns are called, in their order.</param>
/// <param name="Minutes">A <see cref="ColumnBlock"/> of 60 slots.</param>
/// <param name="Hour">A <see cref="ColumnBlock"/> of one.</param>
public sealed record HourRollup(NameSet Names, byte[] Minutes, byte[] Hour);
