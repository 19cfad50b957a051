using HostAtlas.TestSupport;
using HostAtlas.TestSupport.Processes;

namespace HostAtlas.Benchmarks.Rivals;

/// <summary>
/// A rival's program from its Debian package. When it is not installed the package is fetched and unpacked below <c>var/</c> and not
/// installed: an installation would start a service on the machine that listens on all its addresses.
/// </summary>
internal static class DebianProgram
{
    private static readonly TimeSpan FetchLimit = TimeSpan.FromMinutes(3);

    /// <summary>The program's path; <see cref="RivalMissingException"/> when it cannot be had.</summary>
    public static async Task<string> FindAsync(string package, string program)
    {
        var installed = Path.Combine("/usr/bin", program);
        if (File.Exists(installed)) return installed;
        var folder = Path.Combine(Repository.Root, "var", "rivals", package);
        var unpacked = Path.Combine(folder, "usr", "bin", program);
        if (File.Exists(unpacked)) return unpacked;
        Directory.CreateDirectory(folder);
        await Console.Error.WriteLineAsync($"Fetching the Debian package {package} ...");
        await RunAsync(
            package, folder, "apt-get update -qq || true; apt-get download -qq \"$1\" && dpkg-deb -x \"$1\"_*.deb . && rm \"$1\"_*.deb");
        return File.Exists(unpacked) ? unpacked : throw Missing(package, $"the package holds no {program}");
    }

    private static async Task RunAsync(string package, string folder, string script)
    {
        try
        {
            await using var shell = ChildProcess.Start("sh", ["-c", $"cd \"$2\" && {{ {script}; }}", "sh", package, folder]);
            var finished = await shell.EndAsync(FetchLimit);
            if (finished.ExitCode != 0) throw Missing(package, finished.LastWords);
        }
        catch (Exception fault) when (fault is TimeoutException or System.ComponentModel.Win32Exception)
        {
            throw Missing(package, fault.Message);
        }
    }

    private static RivalMissingException Missing(string package, string why) => new(
        $"the rival's Debian package {package} cannot be had here ({why.ReplaceLineEndings(" ")}). Install it yourself so that its program "
        + "lies in /usr/bin, and run the benchmark again.");
}
