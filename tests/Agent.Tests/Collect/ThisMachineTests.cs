using System.Diagnostics;
using System.Globalization;
using HostAtlas.Agent.Collect;
using HostAtlas.Shared;

namespace HostAtlas.Agent.Tests.Collect;

/// <summary>The collector against the tools that people trust, on the machine that runs the tests.</summary>
public sealed class ThisMachineTests
{
    [Fact]
    public void Disks_are_told_as_df_tells_them()
    {
        var values = new HostCollector(HostRoots.ThisHost, TimeProvider.System).Collect();
        // df: mount point, bytes in all, used, available. A machine that runs tests writes, hence the tolerance.
        var fields = Run("df", "--block-size=1", "--output=target,size,used,avail", "/").Split('\n')[1]
            .Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var (total, used, available) = (Number(fields[1]), Number(fields[2]), Number(fields[3]));
        var tolerance = 0.01 * total;
        Assert.Equal(total, values["disk.total_bytes{mount=\"/\"}"]);
        Assert.Equal(used, values["disk.used_bytes{mount=\"/\"}"], tolerance);
        Assert.Equal(100 * used / (used + available), values["disk.used_percent{mount=\"/\"}"], tolerance: 1.0);
    }

    [Fact]
    public void Memory_is_told_as_free_tells_it()
    {
        var values = new HostCollector(HostRoots.ThisHost, TimeProvider.System).Collect();
        var lines = Run("free", "-b").Split('\n').Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries)).ToArray();
        var memory = lines.Single(line => line is ["Mem:", ..]);
        var swap = lines.Single(line => line is ["Swap:", ..]);
        var tolerance = 0.05 * Number(memory[1]);
        Assert.Equal(Number(memory[1]), values["memory.total_bytes"]);
        Assert.Equal(Number(memory[6]), values["memory.available_bytes"], tolerance);
        Assert.Equal(Number(swap[1]), values["swap.total_bytes"]);
        Assert.Equal(Number(swap[2]), values["swap.used_bytes"], tolerance);
    }

    [Fact]
    public void Inodes_are_told_as_df_tells_them()
    {
        var values = new HostCollector(HostRoots.ThisHost, TimeProvider.System).Collect();
        var fields = Run("df", "--output=itotal,iused", "/").Split('\n')[1].Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var (total, used) = (Number(fields[0]), Number(fields[1]));
        // A file system that makes inodes as it needs them has none to count.
        Assert.Equal(total > 0, values.ContainsKey("disk.inodes_total{mount=\"/\"}"));
        if (total <= 0) return;
        Assert.Equal(total, values["disk.inodes_total{mount=\"/\"}"], tolerance: 0.01 * total);
        Assert.Equal(used, values["disk.inodes_used{mount=\"/\"}"], tolerance: 0.01 * total);
    }

    [Fact]
    public void The_room_of_this_machine_is_told_as_the_runtime_tells_it()
    {
        var (space, drive) = (FileSystemSpace.Of("/"), new DriveInfo("/"));
        Assert.Equal(drive.TotalSize, space.TotalBytes);
        Assert.Equal(drive.TotalFreeSpace, space.FreeBytes, 0.01 * space.TotalBytes);
        Assert.Equal(drive.AvailableFreeSpace, space.AvailableBytes, 0.01 * space.TotalBytes);
        Assert.Throws<IOException>(() => FileSystemSpace.Of("/no/such/folder"));
    }

    [Fact]
    public void Processes_and_threads_are_told_as_ps_tells_them()
    {
        var values = new HostCollector(HostRoots.ThisHost, TimeProvider.System).Collect();
        var processes = Run("ps", "-A", "-o", "pid=").Count(c => c == '\n');
        // Other tests start and end processes meanwhile.
        Assert.Equal(processes, values["process.total"], tolerance: 0.5 * processes);
        var states = values.Where(pair => pair.Key.StartsWith("process.count{", StringComparison.Ordinal)).Sum(pair => pair.Value);
        Assert.InRange(states, 0.5 * values["process.total"], values["process.total"]);
        Assert.True(values["process.threads"] >= states);
    }

    [Fact]
    public void A_connection_of_this_machine_is_seen_in_its_states()
    {
        using var listener = new System.Net.Sockets.TcpListener(System.Net.IPAddress.IPv6Loopback, 0);
        listener.Start();
        using var client = new System.Net.Sockets.TcpClient(System.Net.Sockets.AddressFamily.InterNetworkV6);
        client.Connect((System.Net.IPEndPoint)listener.LocalEndpoint);
        var values = new HostCollector(HostRoots.ThisHost, TimeProvider.System).Collect();
        Assert.True(values["tcp.connections{state=\"listen\"}"] >= 1);
        Assert.True(values["tcp.connections{state=\"established\"}"] >= 2);
    }

    [Fact]
    public void The_clock_of_this_machine_is_told_without_a_privilege()
    {
        // Null where a filter of system calls forbids the question; nothing else may go wrong.
        if (KernelClock.Read() is not { } clock) return;
        Assert.True(clock.MaxErrorSeconds is null or (>= 0 and < 16));
        Assert.Equal(clock.Synchronised, clock.MaxErrorSeconds is not null);
    }

    [Fact]
    public void This_machine_is_read_without_a_fault_and_its_values_make_sense()
    {
        var collector = new HostCollector(HostRoots.ThisHost, TimeProvider.System);
        collector.Collect();
        var watch = Stopwatch.StartNew();
        IReadOnlyDictionary<string, double> values;
        // The kernel counts processor time in hundredths of a second: look again until one has passed.
        do values = collector.Collect(); while (!values.ContainsKey("cpu.used_percent") && watch.Elapsed < TimeSpan.FromSeconds(5));

        Assert.Empty(collector.Faults);
        Assert.All(values.Keys, name => Assert.True(MetricName.IsValid(name), name));
        Assert.All(values.Values, value => Assert.True(double.IsFinite(value) && value >= 0));
        Assert.All(values.Where(pair => pair.Key.Contains("percent")), pair => Assert.InRange(pair.Value, 0, 100.000001));
        Assert.InRange(values["agent.resident_bytes"], 1_000_000, values["memory.total_bytes"]);
        Assert.True(values["cpu.cores"] >= Environment.ProcessorCount);
    }

    [Fact]
    public void A_tick_costs_less_than_three_thousandths_of_a_core_at_one_in_ten_seconds()
    {
        const int Ticks = 200;
        var collector = new HostCollector(HostRoots.ThisHost, TimeProvider.System);
        for (var i = 0; i < 20; i++) collector.Collect();
        var (spentBefore, allocatedBefore) = (ThreadTime(), GC.GetAllocatedBytesForCurrentThread());
        for (var i = 0; i < Ticks; i++) collector.Collect();
        var spent = (ThreadTime() - spentBefore) / Ticks;
        var allocated = (GC.GetAllocatedBytesForCurrentThread() - allocatedBefore) / Ticks;
        Assert.True(spent < TimeSpan.FromMilliseconds(30), $"{spent.TotalMilliseconds} ms of processor a tick");
        Assert.True(allocated < 64 * 1024, $"{allocated} bytes a tick");
    }

    // Processor time of this thread alone, so that other tests in the process do not count: utime and stime of its own stat file.
    private static TimeSpan ThreadTime()
    {
        var stat = File.ReadAllText("/proc/thread-self/stat");
        var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        return TimeSpan.FromMilliseconds(10 * (Number(fields[11]) + Number(fields[12])));
    }

    private static double Number(string text) => double.Parse(text, CultureInfo.InvariantCulture);

    private static string Run(string tool, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(tool, arguments)
        {
            RedirectStandardOutput = true,
            Environment = { ["LC_ALL"] = "C" },
        })!;
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
        return output;
    }
}
