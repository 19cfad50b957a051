using System.Text;
using HostAtlas.Agent.Collect.Parsing;

namespace HostAtlas.Agent.Tests.Collect.Parsing;

/// <summary>Texts of the kernel and what they say, reckoned by hand.</summary>
public sealed class KernelTextTests
{
    [Fact]
    public void The_kernels_counters_stand_behind_the_processors_whatever_else_does() =>
        Assert.Equal(new KernelActivity(312, 901, 44, 3, 1), CpuStat.Parse(Bytes("""
            cpu 1 2 3 4
            cpu0 1 2 3 4
            intr 312 7 8 9
            ctxt 901
            btime 5
            future_counter x
            processes 44
            procs_running 3
            procs_blocked 1
            """)).Value.Activity);

    [Theory]
    [InlineData("0.1 0.2 0.3 1/95 10", 95UL)]
    [InlineData("0.1 0.2 0.3 1/x 10", null)]
    [InlineData("0.1 0.2 0.3 /95", null)]
    [InlineData("0.1 0.2 0.3 95", null)]
    [InlineData("0.1 0.2 0.3", null)]
    public void Threads_stand_behind_the_slash(string text, ulong? threads) =>
        Assert.Equal(threads, LoadAverage.Parse(Bytes(text)).Value.Threads);

    [Fact]
    public void A_kind_of_memory_that_is_not_told_has_no_value()
    {
        var memory = MemInfo.Parse("MemTotal: 9 kB\nMemAvailable: 4 kB\nSlab: 3 kB\nHugePages_Total: 0\nHugepagesize: 2048 kB\n"u8).Value;
        Assert.Equal(3 * 1024UL, Kind(memory, "slab"));
        Assert.Null(Kind(memory, "dirty"));
        Assert.Null(Kind(memory, "huge_pages_total"));
        Assert.Null(memory.SwapTotalBytes);
        Assert.Null(memory.SwapUsedBytes);
    }

    [Fact]
    public void Huge_pages_are_told_in_bytes_of_their_own_size()
    {
        var memory = MemInfo.Parse(
            "MemTotal: 100 kB\nMemAvailable: 40 kB\nHugePages_Total: 3\nHugePages_Free: 1\nHugepagesize: 524288 kB\n"u8).Value;
        Assert.Equal(3UL << 29, Kind(memory, "huge_pages_total"));
        Assert.Equal(1UL << 29, Kind(memory, "huge_pages_free"));
    }

    [Fact]
    public void Paging_counters_may_miss_one_by_one_but_not_all()
    {
        Assert.Equal(new PagingCounters(7, null, 9, null), PagingCounters.Parse("pswpin 7\npgfault 8\npgmajfault 9\npswpout x\n"u8).Value);
        Assert.NotNull(PagingCounters.Parse("pgfault 8\n"u8).Fault);
    }

    [Fact]
    public void Each_counter_of_a_disk_has_its_place()
    {
        var text = "8 0 sda 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19\n"u8;
        Assert.Equal([new DiskCounters("sda", 1, 3 * 512, 4, 5, 7 * 512, 8, 10, 11)], DiskStats.Parse(text).Value);
    }

    [Theory]
    [InlineData("8 0 sda 1 2 3 4 5 6 7 8 9 10\n")]
    [InlineData("8 0 sda 1 2 3 4 5\n")]
    [InlineData("8 0 sda 1 2 x 4 5 6 7 8 9 10 11\n")]
    [InlineData("8 0\n")]
    public void A_disk_with_too_few_counters_is_a_fault(string text) => Assert.NotNull(DiskStats.Parse(Bytes(text)).Fault);

    [Fact]
    public void Connections_are_counted_by_state_in_pieces_or_at_once()
    {
        var table = """
              sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
               0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 1 1 0 100 0 0 10 0
               1: 0100007F:1F90 0100007F:9C40 01 00000000:00000000 00:00000000 00000000     0        0 2 1 0 20 4 30 10 -1
               2: 0100007F:9C40 0100007F:1F90 01 00000000:00000000 00:00000000 00000000     0        0 3 1 0 20 4 30 10 -1
               3: 0100007F:9C42 0100007F:1F90 06 00000000:00000000 03:00000F9E 00000000     0        0 0 3 0
            6001: 0100007F:9C44 0100007F:1F90 0D 00000000:00000000 00:00000000 00000000     0        0 0 1 0
            6002: 0100007F:9C46 0100007F:1F90 FF
            6003: 0100007F:9C46 0100007F:1F90 zz
            6004: cut
            """;
        var (whole, pieces) = (new TcpStates(), new TcpStates());
        whole.Add(Bytes(table));
        foreach (var line in table.Split('\n')) pieces.Add(Bytes(line));
        //    established, syn_sent, syn_recv, fin_wait1, fin_wait2, time_wait, close, close_wait, last_ack, listen, closing
        Assert.Equal([2, 0, 0, 0, 0, 1, 0, 0, 0, 1, 0], whole.Counts);
        Assert.Equal(whole.Counts, pieces.Counts);
    }

    [Fact]
    public void Sockets_are_found_by_their_words() =>
        Assert.Equal(
            new SocketUse(13, 2, 163),
            SocketUse.Parse("sockets: used 13\nTCP: inuse 1 orphan 2 tw 0 later 9 alloc 1 mem 163\nUDP: inuse 0 mem 5\n"u8).Value);

    [Theory]
    [InlineData("1 (init) S 0 1 1", "sleeping")]
    [InlineData("7 (a) R 1 (b) Z 1 7", "zombie")]
    [InlineData("7 ()) t 1 7", "stopped")]
    [InlineData("7 (x y) T 1", "stopped")]
    [InlineData("7 (x) R 1", "running")]
    [InlineData("7 (x) D 1", "uninterruptible")]
    [InlineData("7 (x) I 1", "idle")]
    [InlineData("7 (x) ? 1", "other")]
    public void A_process_is_in_the_state_behind_its_name(string text, string state) =>
        Assert.Equal(state, ProcessState.Names[ProcessState.Parse(Bytes(text)).Value]);

    [Theory]
    [InlineData("")]
    [InlineData("7 x S 1")]
    [InlineData("7 (x)")]
    [InlineData("7 (x) SS 1")]
    public void A_process_without_a_state_is_a_fault(string text) => Assert.NotNull(ProcessState.Parse(Bytes(text)).Fault);

    [Theory]
    [InlineData("448\t0\t2466183\n", 448UL, 2466183UL)]
    [InlineData("448\t40\t100\n", 408UL, 100UL)]
    [InlineData("448\t0\t9223372036854775807\n", 448UL, null)]
    public void File_handles_are_those_allocated_and_not_free(string text, ulong open, ulong? most) =>
        Assert.Equal(new FileHandles(open, most), FileHandles.Parse(Bytes(text)).Value);

    [Theory]
    [InlineData("448\t0\n")]
    [InlineData("1\t2\t3\n")]
    public void File_handles_that_make_no_sense_are_a_fault(string text) => Assert.NotNull(FileHandles.Parse(Bytes(text)).Fault);

    [Theory]
    [InlineData("some avg10=1.50 avg60=2.00 avg300=0.10 total=9\nfull avg10=0.25 avg60=0 avg300=0 total=1\n", 1.5, 0.25)]
    [InlineData("some avg10=0.00 avg60=2.00 avg300=0.10 total=9\n", 0.0, null)]
    [InlineData("full avg10=3.00 avg60=0 avg300=0 total=1\n", null, 3.0)]
    [InlineData("some avg60=2.00 avg10=7.00\nlater avg10=1\n", 7.0, null)]
    public void Pressure_is_the_average_of_ten_seconds(string text, double? some, double? full) =>
        Assert.Equal(new Pressure(some, full), Pressure.Parse(Bytes(text)).Value);

    [Theory]
    [InlineData("")]
    [InlineData("some avg10=-1 avg60=1\n")]
    [InlineData("some avg10=101 avg60=1\n")]
    [InlineData("some avg10=x\n")]
    public void Pressure_without_an_average_is_a_fault(string text) => Assert.NotNull(Pressure.Parse(Bytes(text)).Fault);

    [Theory]
    [InlineData("134217728\n", 134217728UL)]
    [InlineData("max\n", null)]
    [InlineData("-1\n", null)]
    [InlineData("9223372036854771712\n", null)] // pages of 4 KiB
    [InlineData("9223372036854710272\n", null)] // pages of 64 KiB
    public void A_limit_beyond_every_machine_is_none(string text, ulong? limit) =>
        Assert.Equal(limit, SingleNumber.ParseLimit(Bytes(text)).Value);

    [Theory]
    [InlineData("150000 100000\n", 1.5)]
    [InlineData("5000 100000\n", 0.05)]
    [InlineData("max 100000\n", null)]
    public void A_quota_is_told_in_cores(string text, double? cores) => Assert.Equal(cores, CpuQuota.ParseCores(Bytes(text)).Value);

    [Theory]
    [InlineData("")]
    [InlineData("150000\n")]
    [InlineData("150000 0\n")]
    [InlineData("x 100000\n")]
    public void A_quota_without_a_period_is_a_fault(string text) => Assert.NotNull(CpuQuota.ParseCores(Bytes(text)).Fault);

    [Theory]
    [InlineData("-5000\n", -5000)]
    [InlineData("45000\n", 45000)]
    public void A_temperature_may_be_below_zero(string text, long value) =>
        Assert.Equal(value, SingleNumber.ParseSigned(Bytes(text)).Value);

    [Theory]
    [InlineData("rw,relatime", "rw,errors=remount-ro", false)]
    [InlineData("ro,relatime", "rw", true)]
    [InlineData("rw,relatime", "ro,errors=remount-ro", true)]
    [InlineData("rw,root", "rw,rootcontext", false)]
    public void A_disk_is_read_only_when_the_mount_or_the_file_system_is(string options, string super, bool isReadOnly) =>
        Assert.Equal(isReadOnly, MountTable.Parse(Bytes($"1 0 8:1 / / {options} - ext4 /dev/sda1 {super}\n")).Value[0].IsReadOnly);

    [Theory]
    [InlineData("/var/lib/docker", true)]
    [InlineData("/var/lib/docker/volumes/x/_data", false)]
    [InlineData("/var/lib/kubelet/pods/0b1/volumes/y", false)]
    public void The_engines_own_mounts_are_no_disks_but_a_disk_below_them_is(string point, bool isDisk) =>
        Assert.Equal(
            isDisk ? ["/", point] : ["/"],
            MountChoice.Choose(MountTable.Parse(Bytes($"1 0 8:1 / / rw - ext4 /dev/sda1\n2 1 8:2 / {point} rw - ext4 /dev/sdb1\n")).Value)
                .Select(mount => mount.Point));

    private static ulong? Kind(MemoryReading memory, string kind) => memory.Kinds[MemInfo.Kinds.Index().Single(k => k.Item == kind).Index];

    private static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);
}
