using HostAtlas.TestSupport.Processes;

namespace HostAtlas.TestSupport;

/// <summary>Compares two trees by everything a file system tells, with a program that shares no code with the agent.</summary>
public static class TreesAlike
{
    /// <summary>Throws with the differences unless the trees are alike; gives the line of what was compared.</summary>
    /// <param name="source">What was backed up.</param>
    /// <param name="restored">What came back.</param>
    /// <param name="since">What changed in the source from then on is passed over and counted; null: nothing is.</param>
    /// <param name="except">A path in the source that is passed over.</param>
    public static async Task<string> CompareAsync(string source, string restored, DateTimeOffset? since = null, string? except = null)
    {
        List<string> arguments = [Path.Combine(Repository.Root, "tests", "TestSupport", "same.py"), source, restored];
        arguments.Add(since is { } time ? ((time - DateTimeOffset.UnixEpoch).Ticks * 100).ToString(null, null) : "");
        if (except is not null) arguments.Add(except);
        var run = await ChildProcess.RunAsync("python3", arguments, TimeSpan.FromMinutes(30));
        return run.ExitCode == 0 ? run.Output.Split('\n')[^1]
            : throw new InvalidOperationException($"{restored} is not as {source} is:\n{run.LastWords}");
    }
}
