using System.Globalization;

namespace HostAtlas.Agent.Progress;

/// <summary>Progress for people.</summary>
public static class ProgressText
{
    private static readonly string[] Units = ["bytes", "KiB", "MiB", "GiB", "TiB"];

    /// <summary>One line: files, bytes, rate, time left.</summary>
    public static string Line(IProgressCounts progress, double bytesPerSecond, TimeSpan? left)
    {
        ArgumentNullException.ThrowIfNull(progress);
        var text = progress.Total is { } total
            ? string.Create(CultureInfo.InvariantCulture,
                $"{progress.Files:N0} of {total.Files:N0} files, {Bytes(progress.Bytes)} of {Bytes(total.Bytes)}")
            : string.Create(CultureInfo.InvariantCulture, $"{progress.Files:N0} files, {Bytes(progress.Bytes)}");
        if (bytesPerSecond >= 1) text += $", {Bytes((long)bytesPerSecond)}/s";
        if (left is { } time) text += $", {Duration(time)} left";
        return progress.Note.Length > 0 ? $"{text}, {progress.Note}" : text;
    }

    /// <summary>A number of bytes with at most four digits.</summary>
    public static string Bytes(long bytes)
    {
        double value = bytes;
        var unit = 0;
        for (; value >= 999.5 && unit < Units.Length - 1; unit++) value /= 1024;
        return unit == 0 ? $"{bytes} bytes" : value.ToString(value < 9.95 ? "0.0" : "0", CultureInfo.InvariantCulture) + " " + Units[unit];
    }

    /// <summary>Seconds below two minutes, then minutes, then hours: what nobody can know to the second is not shown so.</summary>
    public static string Duration(TimeSpan time) => time.TotalSeconds switch
    {
        < 119.5 => $"{Math.Ceiling(time.TotalSeconds):0} s",
        < 7200 => $"{Math.Round(time.TotalMinutes):0} min",
        _ => string.Create(CultureInfo.InvariantCulture, $"{Math.Floor(time.TotalHours):0} h {time.Minutes:00} min"),
    };
}
