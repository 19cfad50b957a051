using System.Globalization;

namespace HostAtlas.Agent.Inventory.Cron;

/// <summary>A job of anacron: it runs when as many days have passed, so nobody knows the hour beforehand.</summary>
/// <param name="Schedule">Period and delay as written, e.g. <c>7 10</c> or <c>@monthly 15</c>.</param>
/// <param name="Words">In words.</param>
/// <param name="Command">Redacted.</param>
/// <param name="Environment">The file's assignments before it, redacted.</param>
internal sealed record AnacronJob(string Schedule, string Words, string Command, IReadOnlyList<string> Environment);

/// <summary>Reads /etc/anacrontab (anacrontab(5)): <c>period delay name command</c>. Pure.</summary>
internal static class Anacrontab
{
    /// <summary>The jobs; lines that are none are passed over.</summary>
    public static IReadOnlyList<AnacronJob> Read(string text, Func<string, string> redact)
    {
        var jobs = new List<AnacronJob>();
        IReadOnlyList<string> environment = [];
        foreach (var raw in text.Split('\n').Take(Crontab.LinesMax))
        {
            var line = raw.Trim();
            if (line.Length == 0 || line[0] == '#') continue;
            if (CrontabLine.Assignment(line) is var (name, value)) environment = [.. environment, redact($"{name}={value}")];
            else if (Job(line, environment, redact) is { } job) jobs.Add(job);
        }
        return jobs;
    }

    private static AnacronJob? Job(string line, IReadOnlyList<string> environment, Func<string, string> redact)
    {
        var fields = line.Split([' ', '\t'], 4, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        if (fields.Length < 4 || Period(fields[0]) is not { } words
            || !int.TryParse(fields[1], NumberStyles.None, CultureInfo.InvariantCulture, out var delay)) return null;
        return new AnacronJob($"{fields[0]} {fields[1]}", $"{words} by anacron, {delay} minutes after it looks", redact(fields[3]),
            environment);
    }

    private static string? Period(string text) => text switch
    {
        "@daily" or "1" => "every day",
        "@weekly" or "7" => "every week",
        "@monthly" => "every month",
        "@yearly" or "@annually" => "every year",
        _ => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var days) && days > 0 ? $"every {days} days" : null,
    };
}
