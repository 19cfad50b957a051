using System.Globalization;

namespace HostAtlas.Gateway.Watch;

/// <summary>Numbers as people read them: three significant places and a unit. Pure.</summary>
public static class Figures
{
    private const string Blocks = "▁▂▃▄▅▆▇█", Eighths = "▏▎▍▌▋▊▉";
    private static readonly string[] Units = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"];

    /// <summary>Bytes in binary units, e.g. <c>12.4 GiB</c>.</summary>
    public static string Bytes(double bytes)
    {
        var unit = 0;
        for (; Math.Abs(bytes) >= 999.5 && unit < Units.Length - 1; unit++) bytes /= 1024;
        return unit == 0 ? string.Create(CultureInfo.InvariantCulture, $"{bytes:0} B") : $"{Short(bytes)} {Units[unit]}";
    }

    /// <summary>Bytes a second, e.g. <c>312 KiB/s</c>; at most ten characters.</summary>
    public static string Rate(double bytesPerSecond) => Bytes(bytesPerSecond) + "/s";

    /// <summary>A share of 100, e.g. <c>7.3 %</c>; at most seven characters.</summary>
    public static string Percent(double percent) => string.Create(CultureInfo.InvariantCulture, $"{percent:0.0} %");

    /// <summary>Three significant places.</summary>
    public static string Short(double value)
    {
        var format = Math.Abs(value) switch { < 9.995 => "0.00", < 99.95 => "0.0", _ => "0" };
        return value.ToString(format, CultureInfo.InvariantCulture);
    }

    /// <summary>A span in its two largest units, e.g. <c>3 d 4 h</c>; one of the future is no time at all.</summary>
    public static string Span(TimeSpan span) => span switch
    {
        { TotalSeconds: < 60 } => string.Create(CultureInfo.InvariantCulture, $"{Math.Max(0, (int)span.TotalSeconds)} s"),
        { TotalMinutes: < 60 } => string.Create(CultureInfo.InvariantCulture, $"{span.Minutes} min {span.Seconds} s"),
        { TotalHours: < 24 } => string.Create(CultureInfo.InvariantCulture, $"{span.Hours} h {span.Minutes} min"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{span.Days} d {span.Hours} h"),
    };

    /// <summary>A span in its largest unit, e.g. <c>3 h</c>.</summary>
    public static string Coarse(TimeSpan span) => string.Join(' ', Span(span).Split(' ').Take(2));

    /// <summary>
    /// How long ago, e.g. <c>40 s ago</c>; what the usual interval of reports (10 s) makes is <c>just now</c>: a healthy screen stands
    /// still.
    /// </summary>
    public static string Ago(TimeSpan span) => span.TotalSeconds < 15 ? "just now" : Span(span) + " ago";

    /// <summary>A bar of eighths for a share of 100.</summary>
    public static string Bar(double percent, int cells)
    {
        var eighths = (int)Math.Round(Math.Clamp(percent, 0, 100) / 100 * cells * 8);
        var full = new string('█', eighths / 8);
        var rest = eighths % 8 == 0 ? "" : Eighths[(eighths % 8) - 1].ToString();
        return (full + rest).PadRight(cells, '·');
    }

    /// <summary>
    /// The newest points of a series as a line of blocks, scaled from 0 to <paramref name="top"/>, or to the largest. A missing point stays
    /// a gap: a line drawn through it would say something that nobody measured.
    /// </summary>
    public static string Spark(IReadOnlyList<double?> points, int cells, double? top = null)
    {
        var shown = points.Skip(Math.Max(0, points.Count - cells)).ToList();
        var largest = top ?? shown.Max() ?? 0;
        return string.Concat(shown.Select(Block)).PadLeft(cells);

        char Block(double? point) => point switch
        {
            null => ' ',
            { } value => Blocks[largest <= 0 ? 0 : (int)Math.Clamp(value / largest * 7.999, 0, 7)],
        };
    }
}
