using System.Text;
using HostAtlas.Agent.Collect.Parsing;

namespace HostAtlas.Agent.Tests.Collect.Parsing;

/// <summary>The edges that no captured host shows.</summary>
public sealed class ParserTests
{
    [Theory]
    [InlineData("")]
    [InlineData("cpu 1 2 3\ncpu0 1 2 3\n")]
    [InlineData("cpu 1 2 x 4\ncpu0 1 2 3 4\n")]
    [InlineData("cpu0 1 2 3 4\n")]
    [InlineData("cpu 1 2 3 4\n")]
    [InlineData("intr 5\ncpu 1 2 3 4\ncpu0 1 2 3 4\n")]
    public void A_stat_without_all_processors_or_without_one_is_a_fault(string text) =>
        Assert.NotNull(CpuStat.Parse(Encoding.UTF8.GetBytes(text)).Fault);

    [Fact]
    public void The_four_counters_of_old_kernels_are_enough() =>
        Assert.Equal(
            new CpuReading(new CpuTimes(1, 2, 3, 4, null, null, null, null), 1, new KernelActivity(null, null, null, null, null)),
            CpuStat.Parse("cpu 1 2 3 4\ncpu0 1 2 3 4"u8).Value);

    [Theory]
    [InlineData("MemFree: 10 kB\n")]
    [InlineData("MemTotal: 0 kB\nMemFree: 0 kB\n")]
    [InlineData("MemTotal: 10 kB\n")]
    [InlineData("MemTotal: 18446744073709551615 kB\nMemAvailable: 1 kB\n")]
    public void Memory_without_its_whole_or_its_free_part_is_a_fault(string text) =>
        Assert.NotNull(MemInfo.Parse(Encoding.UTF8.GetBytes(text)).Fault);

    [Fact]
    public void More_available_than_there_is_counts_as_all() =>
        Assert.Equal(0UL, MemInfo.Parse("MemTotal: 10 kB\nMemAvailable: 12 kB\n"u8).Value.UsedBytes);

    [Theory]
    [InlineData("0.1 0.2")]
    [InlineData("0.1 0.2 -1")]
    [InlineData("0.1 nan 0.3")]
    [InlineData("Infinity 0 0")]
    [InlineData("1e999 0 0")]
    public void Load_that_is_not_three_finite_numbers_is_a_fault(string text) =>
        Assert.NotNull(LoadAverage.Parse(Encoding.UTF8.GetBytes(text)).Fault);

    [Theory]
    [InlineData("/plain", "/plain")]
    [InlineData(@"/a\040b\011c\012d\134e\043f", "/a b\tc\nd\\e#f")]
    [InlineData(@"/\303\244", "/ä")]
    [InlineData(@"/ends\04", @"/ends\04")]
    [InlineData(@"/\400\08x\", @"/\400\08x\")]
    public void Octal_escapes_are_undone_and_nothing_else(string escaped, string plain) =>
        Assert.Equal(plain, MountTable.DecodeOctal(Encoding.UTF8.GetBytes(escaped)));

    [Fact]
    public void Optional_fields_of_a_mount_may_be_none_or_many()
    {
        var mounts = MountTable.Parse(
            "1 0 8:1 / / rw - ext4 /dev/sda1 rw\n2 1 8:2 / /b rw shared:1 master:2 propagate_from:3 - xfs /dev/sdb rw\n"u8).Value;
        Assert.Equal(
            [new Mount("8:1", "/", "/", "ext4", "/dev/sda1", false, "rw"), new Mount("8:2", "/", "/b", "xfs", "/dev/sdb", false, "rw")],
            mounts);
    }

    [Theory]
    [InlineData("1 0 8:1 / /\n")]
    [InlineData("1 0 8:1 / / rw ext4 /dev/sda1 rw\n")]
    [InlineData("1 0 8:1 / / rw -\n")]
    public void A_mount_that_breaks_off_is_a_fault(string text) => Assert.NotNull(MountTable.Parse(Encoding.UTF8.GetBytes(text)).Fault);

    [Theory]
    [InlineData("vda", true)]
    [InlineData("nvme0n1", true)]
    [InlineData("mmcblk0", true)]
    [InlineData("xvda", true)]
    [InlineData("rbd0", true)]
    [InlineData("loop0", false)]
    [InlineData("ram1", false)]
    [InlineData("zram0", false)]
    [InlineData("dm-0", false)]
    [InlineData("md127", false)]
    [InlineData("sr0", false)]
    public void Whole_disks_are_known_by_their_names(string name, bool isDisk) => Assert.Equal(isDisk, WholeDisks.IsDisk(name));

    [Fact]
    public void A_name_with_a_slash_is_found_in_diskstats() => Assert.Equal("cciss/c0d0", WholeDisks.NameInDiskStats("cciss!c0d0"));

    [Fact]
    public void A_name_with_a_colon_is_an_interface_all_the_same()
    {
        var text = "a | b | c\n d |e |f\n eth0:1: 1 2 3 4 0 0 0 0 5 6 7 8 0 0 0 0\n"u8;
        Assert.Equal([new InterfaceCounters("eth0:1", 1, 2, 3, 4, 5, 6, 7, 8)], NetworkDevices.Parse(text).Value);
    }

    [Theory]
    [InlineData("/srv", "m{l=\"/srv\"}")]
    [InlineData("a\"b\\c\nd\u0085e", "m{l=\"a?b?c?d?e\"}")]
    [InlineData("\ufffdx", "m{l=\"?x\"}")]
    [InlineData("Ünï 💾", "m{l=\"Ünï 💾\"}")]
    public void What_a_label_must_not_hold_becomes_a_question_mark(string value, string name) =>
        Assert.Equal(name, SeriesName.With("m", "l", value));
}
