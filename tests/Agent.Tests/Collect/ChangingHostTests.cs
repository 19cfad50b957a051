using HostAtlas.Agent.Collect;
using HostAtlas.TestSupport;

namespace HostAtlas.Agent.Tests.Collect;

/// <summary>Counters that go back, and things that come and go between two reports.</summary>
public sealed class ChangingHostTests : IDisposable
{
    private const string Host = "ubuntu-24.04-kernel-6.8-docker-host";
    private readonly CapturedHost _host = new(Host);
    private readonly ManualTimeProvider _clock = new(DateTimeOffset.UnixEpoch);
    private readonly HostCollector _collector;

    public ChangingHostTests() => _collector = new HostCollector(_host.Roots, _clock);

    public void Dispose() => _host.Dispose();

    [Fact]
    public void An_interface_made_anew_has_no_rates_until_it_was_seen_twice()
    {
        Tick();
        _host.MoveToLater();
        // Fewer bytes than before, more packets: none of its counters goes on from where the other's stood.
        Replace("net/dev", "eno1: 8024312312 9022312", "eno1: 1000 9922312");
        Assert.DoesNotContain(Tick().Keys, name => name.Contains("eno1"));
        Replace("net/dev", "eno1: 1000 9922312", "eno1: 21000 9922412");
        var values = Tick();
        Assert.Equal(2_000, values["network.received_bytes_per_second{interface=\"eno1\"}"]);
        Assert.Equal(10, values["network.received_packets_per_second{interface=\"eno1\"}"]);
    }

    [Fact]
    public void An_interface_that_comes_in_and_goes_leaves_the_others_alone()
    {
        Tick();
        var without = File.ReadAllText(_host.Proc("net", "dev"));
        Directory.CreateDirectory(_host.Sys("class", "net", "eno3", "device"));
        File.AppendAllText(_host.Proc("net", "dev"), "  eno3: 5 1 0 0 0 0 0 0 5 1 0 0 0 0 0 0\n");
        Assert.DoesNotContain(Tick().Keys, name => name.Contains("eno3"));
        Assert.Equal(0, Tick()["network.received_bytes_per_second{interface=\"eno3\"}"]);
        File.WriteAllText(_host.Proc("net", "dev"), without);
        var values = Tick();
        Assert.DoesNotContain(values.Keys, name => name.Contains("eno3"));
        Assert.Contains("network.received_bytes_per_second{interface=\"eno1\"}", values.Keys);
    }

    [Fact]
    public void A_disk_plugged_in_is_shown_from_its_second_reading_and_gone_when_it_is_pulled_out()
    {
        Tick();
        var without = File.ReadAllText(_host.Proc("diskstats"));
        Directory.CreateDirectory(_host.Sys("block", "sdb"));
        File.AppendAllText(_host.Proc("diskstats"), "   8      16 sdb 10 0 80 10 0 0 0 0 0 10 10\n");
        Assert.DoesNotContain(Tick().Keys, name => name.Contains("sdb"));
        Assert.Equal(0, Tick()["diskio.reads_per_second{device=\"sdb\"}"]);
        File.WriteAllText(_host.Proc("diskstats"), without);
        var values = Tick();
        Assert.DoesNotContain(values.Keys, name => name.Contains("sdb"));
        Assert.Contains("diskio.reads_per_second{device=\"nvme0n1\"}", values.Keys);
        Assert.Empty(_collector.Faults);
    }

    [Fact]
    public void Milliseconds_of_32_bits_that_wrap_cost_their_own_rates_only()
    {
        Replace("diskstats", "9063858 30223 ", "9063858 4294967290 ");
        Tick();
        _host.MoveToLater();
        var values = Tick();
        Assert.DoesNotContain("diskio.read_seconds_per_second{device=\"nvme0n1\"}", values.Keys);
        Assert.Equal(0.0147, values["diskio.write_seconds_per_second{device=\"nvme0n1\"}"], tolerance: 1e-12);
        Assert.Equal(10, values["diskio.reads_per_second{device=\"nvme0n1\"}"]);
    }

    [Theory]
    [InlineData("vmstat", "pswpin 1050", "pswpin 3", "swap.in_bytes_per_second")]
    [InlineData("vmstat", "pgmajfault 5030", "pgmajfault 4", "memory.major_faults_per_second")]
    [InlineData("stat", "ctxt 812341235", "ctxt 3", "cpu.context_switches_per_second")]
    [InlineData("stat", "processes 401331", "processes 3", "process.created_per_second")]
    public void A_counter_that_went_back_has_no_rate_and_the_others_have(string file, string counter, string lower, string metric)
    {
        Tick();
        _host.MoveToLater();
        Replace(file, counter, lower);
        var values = Tick();
        Assert.DoesNotContain(metric, values.Keys);
        Assert.Equal(_host.Expected.Count - 1, values.Count);
        Assert.Empty(_collector.Faults);
    }

    [Fact]
    public void A_sensor_that_comes_is_shown_and_one_that_goes_is_not()
    {
        Tick();
        _host.Write("drivetemp\n", "sys", "class", "hwmon", "hwmon3", "name");
        _host.Write("33000\n", "sys", "class", "hwmon", "hwmon3", "temp1_input");
        Assert.Equal(33, Tick()["temperature.celsius{sensor=\"drivetemp/temp1\"}"]);
        Directory.Delete(_host.Sys("class", "hwmon", "hwmon3"), recursive: true);
        Assert.DoesNotContain(Tick().Keys, name => name.Contains("drivetemp"));
        Assert.Empty(_collector.Faults);
    }

    [Fact]
    public void Another_chip_under_the_number_of_one_that_went_is_told_by_its_own_name()
    {
        Tick();
        // Within one interval, so that the list of numbers looks the same.
        Directory.Delete(_host.Sys("class", "hwmon", "hwmon1"), recursive: true);
        _host.Write("tmp102\n", "sys", "class", "hwmon", "hwmon1", "name");
        _host.Write("19500\n", "sys", "class", "hwmon", "hwmon1", "temp7_input");
        Tick();
        var values = Tick();
        Assert.Equal(19.5, values["temperature.celsius{sensor=\"tmp102/temp7\"}"]);
        Assert.DoesNotContain(values.Keys, name => name.Contains("coretemp"));
    }

    [Theory]
    [InlineData("-128000")]
    [InlineData("255000")]
    [InlineData("warm")]
    [InlineData("")]
    public void A_sensor_without_a_true_value_is_silent(string text)
    {
        _host.Write(text, "sys", "class", "hwmon", "hwmon1", "temp2_input");
        var values = Tick();
        Assert.DoesNotContain("temperature.celsius{sensor=\"coretemp.0/Core 0\"}", values.Keys);
        Assert.Equal(44, values["temperature.celsius{sensor=\"coretemp.0/Core 1\"}"]);
        Assert.Empty(_collector.Faults);
    }

    [Fact]
    public void A_disk_that_the_kernel_made_read_only_says_so_at_the_next_report()
    {
        Assert.Equal(0, Tick()["disk.read_only{mount=\"/boot\"}"]);
        Replace("self/mountinfo", "ext4 /dev/nvme0n1p2 rw", "ext4 /dev/nvme0n1p2 ro");
        Assert.Equal(1, Tick()["disk.read_only{mount=\"/boot\"}"]);
    }

    private IReadOnlyDictionary<string, double> Tick()
    {
        _clock.Advance(TimeSpan.FromSeconds(10));
        return _collector.Collect();
    }

    private void Replace(string file, string before, string after)
    {
        var text = File.ReadAllText(_host.Proc(file));
        Assert.Contains(before, text);
        File.WriteAllText(_host.Proc(file), text.Replace(before, after, StringComparison.Ordinal));
    }
}
