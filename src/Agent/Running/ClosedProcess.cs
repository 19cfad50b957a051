using System.Diagnostics;

namespace HostAtlas.Agent.Running;

/// <summary>
/// How one of the host's own programs is started to be asked something: by an absolute path and without a shell, in the root folder, with
/// three fixed variables and all three streams in hand. The agent's own environment may name proxies, loaders, configurations, and hold
/// secrets: none of it is the program's.
/// </summary>
internal static class ClosedProcess
{
    /// <summary>What <see cref="Process.Start(ProcessStartInfo)"/> takes.</summary>
    /// <param name="path">An absolute path.</param>
    /// <param name="arguments">Its arguments, each as it is.</param>
    public static ProcessStartInfo Of(string path, IEnumerable<string> arguments)
    {
        if (!Path.IsPathFullyQualified(path)) throw new ArgumentException("A program is named by its whole path.", nameof(path));
        var start = new ProcessStartInfo(path, arguments)
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = "/",
        };
        start.Environment.Clear();
        start.Environment["PATH"] = "/usr/sbin:/usr/bin:/sbin:/bin";
        start.Environment["LC_ALL"] = "C";
        start.Environment["HOME"] = "/";
        return start;
    }
}
