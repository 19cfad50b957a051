using System.Diagnostics;
using System.Globalization;

namespace HostAtlas.Benchmarks;

/// <summary>What a result has to say about where it was measured.</summary>
internal static class Machine
{
    /// <summary>Date, commit, processor, cores, memory and runtime as lines of Markdown.</summary>
    public static string Describe(DateTimeOffset now) => string.Create(CultureInfo.InvariantCulture, $"""
        - date: {now:yyyy-MM-dd}
        - commit: {Git("rev-parse --short HEAD")}{(Git("status --porcelain -- src").Length == 0 ? "" : " and changes on top of it")}
        - machine: {Field("/proc/cpuinfo", "model name")}, {Environment.ProcessorCount} cores, {Field("/proc/meminfo", "MemTotal")} memory
        - load average before it (1, 5, 15 minutes): {Load()}
        - runtime: .NET {Environment.Version}
        """);

    private static string Field(string file, string name) =>
        File.ReadLines(file).FirstOrDefault(line => line.StartsWith(name, StringComparison.Ordinal))?.Split(':', 2)[1].Trim() ?? "unknown";

    private static string Load() => string.Join(", ", File.ReadAllText("/proc/loadavg").Split(' ').Take(3));

    private static string Git(string arguments)
    {
        using var git = Process.Start(new ProcessStartInfo("git", arguments) { RedirectStandardOutput = true })!;
        var text = git.StandardOutput.ReadToEnd().Trim();
        git.WaitForExit();
        return text;
    }
}
