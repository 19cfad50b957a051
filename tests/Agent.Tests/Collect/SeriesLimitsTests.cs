using System.Globalization;
using System.Text;
using HostAtlas.Agent.Collect;
using HostAtlas.Shared;
using HostAtlas.TestSupport;

namespace HostAtlas.Agent.Tests.Collect;

/// <summary>A host with far more of everything than the agent tells about.</summary>
public sealed class SeriesLimitsTests : IDisposable
{
    private const int Many = 300;
    private readonly CapturedHost _host = new("ubuntu-24.04-kernel-6.8-docker-host");
    private readonly ManualTimeProvider _clock = new(DateTimeOffset.UnixEpoch);
    private readonly HostCollector _collector;

    public SeriesLimitsTests()
    {
        var (mounts, disks, interfaces) = (new StringBuilder(), new StringBuilder(), new StringBuilder());
        // Written backwards: which ones are told about must not hang on the order in which the kernel lists them.
        for (var i = Many - 1; i >= 0; i--)
        {
            var number = i.ToString("000", CultureInfo.InvariantCulture);
            mounts.Append(CultureInfo.InvariantCulture, $"{i + 500} 30 9:{i} / /m{number} rw - ext4 /dev/m{number} rw\n");
            disks.Append(CultureInfo.InvariantCulture, $" 8 {i} v{number} 1 2 3 4 5 6 7 8 0 9 10\n");
            interfaces.Append(CultureInfo.InvariantCulture, $" e{number}: 1 1 0 0 0 0 0 0 1 1 0 0 0 0 0 0\n");
            Directory.CreateDirectory(_host.Sys("block", $"v{number}"));
            Directory.CreateDirectory(_host.Sys("class", "net", $"e{number}", "device"));
            _host.Write("chip\n", "sys", "class", "hwmon", $"hwmon{i + 5}", "name");
            _host.Write($"s{number}\n", "sys", "class", "hwmon", $"hwmon{i + 5}", "temp1_label");
            _host.Write("40000\n", "sys", "class", "hwmon", $"hwmon{i + 5}", "temp1_input");
        }
        File.AppendAllText(_host.Proc("self", "mountinfo"), mounts.ToString());
        File.AppendAllText(_host.Proc("diskstats"), disks.ToString());
        File.AppendAllText(_host.Proc("net", "dev"), interfaces.ToString());
        var roots = _host.Roots with { Space = _ => new FileSystemSpace(10, 5, 5, 10, 5) };
        _collector = new HostCollector(roots, _clock);
        Tick();
    }

    public void Dispose() => _host.Dispose();

    [Fact]
    public void All_limits_filled_leave_room_below_the_platforms_own()
    {
        var values = Tick();
        Assert.InRange(values.Count, 1_500, 1_700);
        Assert.True(values.Count + 300 <= Limits.MetricNamesPerServer);
        Assert.Empty(_collector.Faults);
    }

    [Fact]
    public void The_first_ones_in_order_are_told_about_and_the_rest_is_counted()
    {
        var values = Tick();
        Assert.Equal(Many + 4 - SeriesLimits.Mounts
            + Many + 2 - SeriesLimits.Devices
            + Many + 2 - SeriesLimits.Interfaces
            + Many + 7 - SeriesLimits.Sensors, values["agent.collect.left_out"]);
        // Four of the 64 are the captured host's own.
        Assert.Contains("disk.total_bytes{mount=\"/m000\"}", values.Keys);
        Assert.Contains("disk.total_bytes{mount=\"/m060\"}", values.Keys);
        Assert.DoesNotContain("disk.total_bytes{mount=\"/m061\"}", values.Keys);
        // nvme0n1 and sda stand before all of them.
        Assert.Contains("diskio.busy_percent{device=\"v061\"}", values.Keys);
        Assert.DoesNotContain("diskio.busy_percent{device=\"v062\"}", values.Keys);
        Assert.Contains("network.sent_bytes_per_second{interface=\"e047\"}", values.Keys);
        Assert.DoesNotContain("network.sent_bytes_per_second{interface=\"eno1\"}", values.Keys);
        Assert.Equal(SeriesLimits.Sensors, values.Keys.Count(name => name.StartsWith("temperature.", StringComparison.Ordinal)));
    }

    [Fact]
    public void What_comes_and_goes_for_months_makes_no_new_names_without_end()
    {
        var names = Tick().Keys.ToHashSet();
        for (var day = 0; day < 30; day++)
        {
            var table = File.ReadAllText(_host.Proc("self", "mountinfo"));
            File.WriteAllText(_host.Proc("self", "mountinfo"), table.Replace(" /m", $" /m{day}", StringComparison.Ordinal));
            names.UnionWith(Tick().Keys);
        }
        Assert.InRange(names.Count, 1_500, 1_700);
    }

    private IReadOnlyDictionary<string, double> Tick()
    {
        _clock.Advance(TimeSpan.FromSeconds(10));
        return _collector.Collect();
    }
}
