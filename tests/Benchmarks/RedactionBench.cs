using System.Diagnostics;
using HostAtlas.Agent.Redaction;
using HostAtlas.Benchmarks.Redaction;
using HostAtlas.Benchmarks.Results;
using HostAtlas.Benchmarks.Rivals;
using HostAtlas.TestSupport;
using HostAtlas.TestSupport.Processes;

namespace HostAtlas.Benchmarks;

/// <summary>
/// A mixed log of 1.84 million lines, one in a hundred with a secret, through <c>sed -E</c> with ten patterns, through ripgrep that only
/// looks for
/// the same, and through the redactor with all of its rules. Ours runs in this process, as it does in the agent, which is not started for
/// each log.
/// </summary>
internal static class RedactionBench
{
    // A full log for thirty seconds: this many lines for each.
    private const double FullSizeSeconds = 30, FullSizeLines = 1_840_000;

    private static readonly (string Pattern, string Replacement)[] Patterns =
    [
        ("(password|passwd|pwd|secret|token|api_key|client_secret)=[^ &;,]+", "\\1=[FILTERED]"),
        ("\"(password|token|secret)\":\"[^\"]*\"", "\"\\1\":\"[FILTERED]\""), ("Authorization: (Bearer|Basic) [^ \"]+",
            "Authorization: \\1 [FILTERED]"),
        ("://([^:/@ ]+):[^@/ ]+@", "://\\1:[FILTERED]@"), ("AKIA[A-Z0-9]{16}", "[FILTERED]"), ("gh[pousr]_[A-Za-z0-9]{36}", "[FILTERED]"),
        ("Set-Cookie: ([^=]+)=[^;]*", "Set-Cookie: \\1=[FILTERED]"), ("xox[abps]-[A-Za-z0-9-]+", "[FILTERED]"),
        ("sk_live_[A-Za-z0-9]+", "[FILTERED]"),
        ("eyJ[A-Za-z0-9_-]+\\.[A-Za-z0-9_-]+\\.[A-Za-z0-9_-]+", "[FILTERED]"),
    ];

    /// <summary>Runs it, on 61,000 lines for each second that was asked for.</summary>
    public static async Task<ResultPage> RunAsync(BenchOptions options)
    {
        using var folder = new TempFolder();
        var (log, script, program) = (folder.File("mixed.log"), folder.File("script.sed"), folder.File("patterns"));
        var lines = (int)Math.Max(1_000, FullSizeLines * options.Seconds / FullSizeSeconds);
        var bytes = await MixedLog.WriteAsync(log, lines);
        await File.WriteAllLinesAsync(script, Patterns.Select(pattern => $"s#{pattern.Pattern}#{pattern.Replacement}#g"));
        await File.WriteAllLinesAsync(program, Patterns.Select(pattern => pattern.Pattern));
        var contenders = new List<Contender<double>> { new("sed -E, 10 patterns", _ =>
            OfProcessAsync("sed", ["-E", "-f", script, log], bytes)) };
        if (!options.OursAlone)
        {
            var ripgrep = await DebianProgram.FindAsync("ripgrep", "rg");
            contenders.Add(new("ripgrep, the same patterns, only finds", _ =>
                OfProcessAsync(ripgrep, ["-c", "-j1", "-f", program, log], bytes)));
        }
        contenders.Add(new("HostAtlas, all rules", _ => OfOursAsync(log, bytes)));
        var figures = await Contest.RunAsync(options, options.Span, contenders);
        return new ResultPage(
            "redaction", "Redaction against sed and ripgrep",
            $"{bytes / 1e6:N0} MB in {lines:N0} lines as many programs write them, one line in a hundred with a secret in a form that "
                + "the ten patterns know.",
            [new ResultTable("MB/s", "N0", Better.More, [.. figures.Select(figure =>
                new ResultRow(figure.Name, figure.Rounds))]) { Goal = ">= 8x sed" }])
        {
            Notes =
            [
                "Each runs on one thread, from a file in the page cache to nowhere. The rivals are processes, ours is in this process "
                    + "as in the agent.",
                "sed and ripgrep know ten patterns, the redactor all of its rules.",
            ],
        };
    }

    private static async Task<double> OfProcessAsync(string program, string[] arguments, long bytes)
    {
        var start = Stopwatch.GetTimestamp();
        await using var process = ChildProcess.Start("sh", ["-c", "exec \"$0\" \"$@\" > /dev/null", program, .. arguments]);
        var finished = await process.EndAsync(TimeSpan.FromMinutes(5));
        if (finished.ExitCode != 0) throw new InvalidOperationException($"{program} failed: {finished.LastWords}");
        return bytes / 1e6 / Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    private static async Task<double> OfOursAsync(string log, long bytes)
    {
        var start = Stopwatch.GetTimestamp();
        await using var input = new FileStream(log, FileMode.Open, FileAccess.Read, FileShare.Read, 0);
        await new RedactionFilter(Redactor.BuiltIn, RedactionMode.Log).RunAsync(input, Stream.Null, CancellationToken.None);
        return bytes / 1e6 / Stopwatch.GetElapsedTime(start).TotalSeconds;
    }
}
