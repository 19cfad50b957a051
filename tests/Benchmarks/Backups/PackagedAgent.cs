using HostAtlas.TestSupport;
using HostAtlas.TestSupport.Processes;

namespace HostAtlas.Benchmarks.Backups;

/// <summary>
/// The agent as users get it: self-contained, trimmed, compiled ahead, by the package's own script. This checkout's build is compiled while
/// it runs, which weighs a second in a backup that takes one.
/// </summary>
internal static class PackagedAgent
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(20);

    /// <summary>Publishes it for this machine; the program's path.</summary>
    public static async Task<string> PublishAsync()
    {
        var folder = Path.Combine(Repository.Root, "var", "package", "program-bench");
        var finished = await ChildProcess.RunAsync("bash", ["-euc",
            "cd \"$1\"; root=$PWD; fail() { echo \"$*\" >&2; exit 1; }; need_dotnet() { :; }; mkdir -p var/package; "
            + "source src/Agent/Packaging/package.sh; publish_agent linux-x64 \"$2\"", "bash", Repository.Root, folder], Limit);
        return finished.ExitCode == 0 ? Path.Combine(folder, "HostAtlas.Agent")
            : throw new InvalidOperationException($"The package's program cannot be published:\n{finished.LastWords}");
    }
}
