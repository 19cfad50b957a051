using System.Text;
using CsCheck;
using HostAtlas.Agent.Collect.Parsing;
using HostAtlas.Shared;
using HostAtlas.TestSupport;

namespace HostAtlas.Agent.Tests.Collect.Parsing;

/// <summary>The law of all parsers: whatever the text, the answer is a value or a fault, and never an exception.</summary>
public sealed class AnyTextTests
{
    // Random bytes seldom get past the first field; words of the real files, cut and shuffled, get further.
    private static readonly string[] Words =
    [
        "cpu", "cpu0", "MemTotal:", "MemAvailable:", "SwapTotal:", "kB", "|", "eth0:", ":", "-", "/", "8:0", "ext4", "\\040", "\\777",
        "sda", "some", "full", "avg10=0.5", "avg10=", "sockets:", "used", "TCP:", "orphan", "mem", "pswpin", "oom_kill", "max", "0:", "0A",
        "1 (a) S", ")", "ro", "cgroup", "rw,memory", "4:memory:/a", "0::/",
        "0", "1", "-1", "18446744073709551615", "18446744073709551616", "1e400", "0.5", "NaN", " ", "\t", "\n", "\0", "é", "\u202e",
    ];

    private static readonly Gen<byte[]> Texts = Gen.OneOf(
        Gen.Byte.Array[0, 400],
        Gen.Int[0, Words.Length - 1].Select(pick => Words[pick]).Array[0, 60]
            .Select(words => Encoding.UTF8.GetBytes(string.Join(' ', words))),
        Spoilt());

    [Fact]
    public void No_text_makes_a_parser_throw() => Texts.Sample(text =>
    {
        string?[] faults =
        [
            CpuStat.Parse(text).Fault, MemInfo.Parse(text).Fault, LoadAverage.Parse(text).Fault, Uptime.ParseSeconds(text).Fault,
            ProcessMemory.ParseResidentPages(text).Fault, DiskStats.Parse(text).Fault, PagingCounters.Parse(text).Fault,
            SocketUse.Parse(text).Fault, ProcessState.Parse(text).Fault, FileHandles.Parse(text).Fault, Pressure.Parse(text).Fault,
            SingleNumber.ParseCount(text).Fault, SingleNumber.ParseSigned(text).Fault, SingleNumber.ParseLimit(text).Fault,
            CpuQuota.ParseCores(text).Fault,
        ];
        Assert.All(faults, fault => Assert.NotEqual("", fault));
        new TcpStates().Add(text);
        if (MountTable.Parse(text) is { Fault: null } mounts)
        {
            MountChoice.Choose(mounts.Value);
            CgroupChoice.Choose(mounts.Value, text, text.Length % 2 == 0 ? CgroupChoice.HostsNamespace : Encoding.Latin1.GetString(text));
        }
        if (NetworkDevices.Parse(text) is { Fault: null } all) _ = InterfaceChoice.Choose(all.Value, name => name.Length % 2 == 0).ToList();
        MountTable.DecodeOctal(text);
    });

    [Fact]
    public void Memory_that_parses_adds_up() => Texts.Sample(text =>
    {
        if (MemInfo.Parse(text) is not { Fault: null } parsed) return;
        var memory = parsed.Value;
        Assert.True(memory.UsedBytes <= memory.TotalBytes);
        Assert.False(memory.SwapUsedBytes > memory.SwapTotalBytes);
        Assert.Equal(MemInfo.Kinds.Count, memory.Kinds.Count);
    });

    [Fact]
    public void Any_names_of_a_sensor_make_a_label() => Gen.Select(Gen.String, Gen.String, Gen.String).Sample((chip, device, label) =>
    {
        var name = SeriesName.With("temperature.celsius", "sensor", SensorName.OfHwmon(chip, device, label));
        Assert.True(MetricName.IsValid(name));
        SensorName.OfZone(chip, device);
        SensorName.IsSame(chip, device);
        SensorName.InputNumber(label);
    });

    [Fact]
    public void Any_fields_of_a_clock_give_finite_figures_or_none() =>
        Gen.Select(Gen.Int, Gen.Long, Gen.Long, Gen.Long).Sample((status, offset, most, estimate) =>
        {
            var clock = ClockReading.From(status, offset, most, estimate);
            Assert.Equal(clock.Synchronised, clock.MaxErrorSeconds is >= 0 and < 16);
            Assert.All(
                new[] { clock.OffsetSeconds, clock.MaxErrorSeconds, clock.EstimatedErrorSeconds },
                value => Assert.True(value is null || double.IsFinite(value.Value)));
        });

    [Fact]
    public void Any_text_as_a_label_makes_a_name_that_keeps_the_grammar() =>
        Gen.OneOf(Gen.String, Gen.String[0, 700], Texts.Select(Encoding.Latin1.GetString)).Sample(value =>
            Assert.True(MetricName.IsValid(SeriesName.With("disk.used_bytes", "mount", value))));

    private static Gen<byte[]> Spoilt()
    {
        var captured = Directory.EnumerateFiles(Repository.Vector("proc"), "*", SearchOption.AllDirectories)
            .Where(path => !path.EndsWith(".json", StringComparison.Ordinal)).Order(StringComparer.Ordinal).Select(File.ReadAllBytes)
            .Where(bytes => bytes.Length > 0).ToArray();
        return Gen.Select(Gen.Int[0, captured.Length - 1], Gen.Int[0, 1_000_000], Gen.Int[0, 1_000_000], Gen.Byte, (file, cut, at, value) =>
        {
            var text = captured[file].AsSpan(0, cut % (captured[file].Length + 1)).ToArray();
            if (text.Length > 0) text[at % text.Length] = value;
            return text;
        });
    }
}
