using System.Globalization;

namespace HostAtlas.TestSupport.Processes;

/// <summary>What Linux knows of a running process (proc(5)).</summary>
public static class ProcessFigures
{
    // sysconf(_SC_CLK_TCK) is 100 on every Linux that .NET runs on (x86-64, arm64): USER_HZ is part of the kernel's ABI.
    private const double TicksPerSecond = 100;

    /// <summary>Resident memory in bytes (VmRSS).</summary>
    public static long ResidentBytes(int processId)
    {
        var line = File.ReadLines($"/proc/{processId}/status").First(l => l.StartsWith("VmRSS:", StringComparison.Ordinal));
        return 1024 * long.Parse(line.AsSpan(6, line.Length - 6 - 2), NumberStyles.AllowLeadingWhite | NumberStyles.AllowTrailingWhite,
            CultureInfo.InvariantCulture);
    }

    /// <summary>The most that was resident so far, in bytes (VmHWM); 0 once the process has ended.</summary>
    public static long HighWaterBytes(int processId)
    {
        try
        {
            var line = File.ReadLines($"/proc/{processId}/status").FirstOrDefault(l => l.StartsWith("VmHWM:", StringComparison.Ordinal));
            return line is null ? 0 : long.Parse(line["VmHWM:".Length..^" kB".Length], CultureInfo.InvariantCulture) << 10;
        }
        catch (IOException)
        {
            return 0;
        }
    }

    /// <summary>CPU time of all threads so far, in user and kernel mode.</summary>
    public static TimeSpan CpuTime(int processId)
    {
        var stat = File.ReadAllText($"/proc/{processId}/stat");
        // The second field is the command in brackets and may itself hold spaces and brackets; utime and stime are fields 14 and 15.
        var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        return TimeSpan.FromSeconds((Ticks(fields[11]) + Ticks(fields[12])) / TicksPerSecond);
    }

    /// <summary>Local ports on which the process itself listens, over IPv4 and IPv6.</summary>
    public static IReadOnlyList<int> ListeningPorts(int processId)
    {
        var inodes = SocketInodes(processId);
        return [.. new[] { "tcp", "tcp6" }
            .SelectMany(table => File.ReadLines($"/proc/{processId}/net/{table}").Skip(1))
            .Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .Where(columns => columns[3] == Listen && inodes.Contains(columns[9]))
            .Select(columns => int.Parse(
                columns[1].AsSpan(columns[1].LastIndexOf(':') + 1), NumberStyles.HexNumber, CultureInfo.InvariantCulture))
            .Distinct().Order()];
    }

    /// <summary>How many sockets of any kind the process holds.</summary>
    public static int SocketCount(int processId) => SocketInodes(processId).Count;

    private const string Listen = "0A";

    private static HashSet<string> SocketInodes(int processId)
    {
        var inodes = new HashSet<string>(StringComparer.Ordinal);
        foreach (var descriptor in Directory.EnumerateFileSystemEntries($"/proc/{processId}/fd"))
        {
            // A descriptor can be closed between the listing and the look at it.
            if (LinkOf(descriptor) is { } target && target.StartsWith("socket:[", StringComparison.Ordinal)) inodes.Add(target[8..^1]);
        }
        return inodes;
    }

    private static string? LinkOf(string descriptor)
    {
        try
        {
            return new FileInfo(descriptor).LinkTarget;
        }
        catch (IOException)
        {
            return null;
        }
    }

    private static long Ticks(string field) => long.Parse(field, CultureInfo.InvariantCulture);
}
