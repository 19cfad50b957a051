using System.Globalization;
using HostAtlas.TestSupport;
using HostAtlas.TestSupport.Processes;

namespace HostAtlas.Benchmarks.Backups;

/// <summary>What a program's run took.</summary>
/// <param name="Seconds">By the clock, from its start to its end.</param>
/// <param name="CpuSeconds">User and kernel mode, of the process and all that it started.</param>
/// <param name="PeakBytes">The most memory that was resident at once in the largest of them.</param>
internal readonly record struct Usage(double Seconds, double CpuSeconds, long PeakBytes);

/// <summary>
/// Runs a program and asks the kernel what it took (wait4(2)). A small Python process stands between: a child inherits the peak of the
/// process that it was forked from, and that of this one would be larger than the rivals'.
/// </summary>
internal static class MeasuredProcess
{
    private const string Script = """
        import os, sys, time
        os.chdir(sys.argv[2])
        start = time.monotonic()
        child = os.posix_spawnp(sys.argv[3], sys.argv[3:], os.environ)
        _, status, used = os.wait4(child, 0)
        seconds = time.monotonic() - start
        with open(sys.argv[1], "w") as out:
            print(seconds, used.ru_utime + used.ru_stime, used.ru_maxrss * 1024, file=out)
        sys.exit(os.waitstatus_to_exitcode(status))
        """;

    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(15);

    /// <summary>Runs it to its end.</summary>
    /// <param name="folder">Its working folder.</param>
    /// <param name="environment">Beside this process's own.</param>
    /// <param name="command">Program and arguments.</param>
    /// <exception cref="InvalidOperationException">It failed; the text holds its last words.</exception>
    public static async Task<Usage> RunAsync(string folder, IReadOnlyDictionary<string, string> environment, params string[] command)
    {
        using var place = new TempFolder();
        var figures = place.File("figures");
        await using var child = ChildProcess.Start("python3", ["-c", Script, figures, folder, .. command], environment);
        var finished = await child.EndAsync(Limit);
        if (finished.ExitCode != 0)
            throw new InvalidOperationException($"{string.Join(' ', command)} ended with {finished.ExitCode}:\n{finished.LastWords}");
        var parts = (await File.ReadAllTextAsync(figures)).Split(' ');
        return new Usage(Number(parts[0]), Number(parts[1]), (long)Number(parts[2]));
    }

    private static double Number(string text) => double.Parse(text, CultureInfo.InvariantCulture);
}
