using System.Globalization;

namespace HostAtlas.Agent.Configuration;

/// <summary>A number with its unit, as people write it into a configuration: <c>10s</c>, <c>5m</c>, <c>1h</c>, <c>64MiB</c>.</summary>
public static class UnitText
{
    private static readonly (string Unit, long Milliseconds)[] Durations =
        [("ms", 1), ("s", 1_000), ("m", 60_000), ("h", 3_600_000), ("d", 86_400_000)];

    private static readonly (string Unit, long Bytes)[] Sizes =
        [("B", 1), ("KiB", 1L << 10), ("MiB", 1L << 20), ("GiB", 1L << 30)];

    /// <summary>Reads a whole number and one of ms, s, m, h, d. A number without a unit is refused: it would mean what the reader
    /// guesses.</summary>
    public static bool TryParseDuration(string text, out TimeSpan duration)
    {
        var known = TryParse(text, Durations, out var milliseconds);
        duration = known ? TimeSpan.FromMilliseconds(milliseconds) : default;
        return known;
    }

    /// <summary>Reads a whole number and one of B, KiB, MiB, GiB.</summary>
    public static bool TryParseSize(string text, out long bytes) => TryParse(text, Sizes, out bytes);

    /// <summary>Writes a duration in the largest unit that leaves no rest.</summary>
    public static string Write(TimeSpan duration)
    {
        var milliseconds = (long)duration.TotalMilliseconds;
        var (unit, size) = Durations.Last(d => d.Milliseconds == 1 || (milliseconds != 0 && milliseconds % d.Milliseconds == 0));
        return string.Create(CultureInfo.InvariantCulture, $"{milliseconds / size}{unit}");
    }

    /// <summary>Writes a size with at most one decimal: for people, not to be read again.</summary>
    public static string WriteSize(long bytes)
    {
        var (unit, size) = Sizes.Last(s => s.Bytes == 1 || bytes >= s.Bytes);
        return string.Create(CultureInfo.InvariantCulture, $"{(double)bytes / size:0.#} {unit}");
    }

    private static bool TryParse(string text, (string Unit, long Size)[] units, out long value)
    {
        value = 0;
        var digits = text.AsSpan().IndexOfAnyExceptInRange('0', '9');
        // Nine digits times the largest unit stay below 2^63.
        if (digits is < 1 or > 9) return false;
        foreach (var (unit, size) in units)
        {
            if (!text.AsSpan(digits).Trim(' ').SequenceEqual(unit)) continue;
            value = long.Parse(text.AsSpan(0, digits), CultureInfo.InvariantCulture) * size;
            return true;
        }
        return false;
    }
}
