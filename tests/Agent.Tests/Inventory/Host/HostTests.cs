using HostAtlas.Agent.Inventory;
using HostAtlas.Agent.Redaction;
using HostAtlas.Shared.Wire;
using HostAtlas.TestSupport;

namespace HostAtlas.Agent.Tests.Inventory.Host;

public sealed class HostTests : IDisposable
{
    private const string Simulated = "Inst b [1] (2 Debian:12/stable [all])\nInst a [1] (2 Debian-Security:12/stable-security [all])\n";
    private readonly LaidOutHost _host = new();

    public void Dispose() => _host.Dispose();

    [Fact]
    public async Task A_host_is_told_by_what_its_files_say()
    {
        _host.Write("/etc/os-release", "PRETTY_NAME=\"Debian GNU/Linux 12\"\nID=debian\nVERSION_ID=\"12\"\n")
            .Write("/proc/sys/kernel/hostname", "web-1\n").Write("/proc/sys/kernel/osrelease", "6.1.0-28-amd64\n")
            .Write("/proc/sys/kernel/random/boot_id", "0b1c2d3e-0000-4000-8000-000000000001\n")
            .Write("/proc/stat", "cpu 1 2 3\nbtime 1773100800\n")
            .Write("/proc/cpuinfo", "processor : 0\nmodel name : Test CPU\nflags : hypervisor\n")
            .Write("/proc/meminfo", "MemTotal: 2048 kB\nMemFree: 1024 kB\nMemAvailable: 1500 kB\nSwapTotal: 512 kB\nSwapFree: 512 kB\n")
            .Write("/sys/class/dmi/id/sys_vendor", "QEMU\n").Link("/etc/localtime", "/usr/share/zoneinfo/Europe/Berlin")
            .Write("/run/reboot-required", "*** System restart required ***\n")
            .Write("/run/reboot-required.pkgs", "libc6\nlibc6\nsystemd\n")
            .Write("/lib/modules/6.1.0-28-amd64/x", "").Write("/lib/modules/6.1.0-31-amd64/x", "")
            .Write("/lib/modules/6.1.0-99-amd64/left", "")
            .Write("/boot/vmlinuz-6.1.0-28-amd64", "").Write("/boot/vmlinuz-6.1.0-31-amd64", "");
        var host = (await _host.CollectAsync()).Host;
        Assert.Equal(("web-1", "Debian GNU/Linux 12", "debian", "12", "6.1.0-28-amd64"),
            (host.Name, host.Os, host.OsId, host.OsVersion, host.Kernel));
        Assert.Equal(("Test CPU", 1, 2048L << 10, 512L << 10), (host.CpuModel, host.CpuCount, host.MemoryBytes, host.SwapBytes));
        Assert.Equal(("qemu", null, "Europe/Berlin"), (host.Virtualisation, host.Container, host.TimeZone));
        Assert.Equal(DateTimeOffset.FromUnixTimeSeconds(1773100800), host.BootedAt);
        Assert.Equal("0b1c2d3e-0000-4000-8000-000000000001", host.BootId);
        Assert.True(host.RebootRequired);
        Assert.Equal(["updated: libc6, systemd", "kernel 6.1.0-31-amd64 is installed, 6.1.0-28-amd64 runs"], host.RebootReasons);
    }

    [Fact]
    public async Task A_host_that_says_nothing_lacks_everything_and_fails_nothing()
    {
        var report = await _host.CollectAsync();
        Assert.Empty(report.Faults);
        Assert.Empty(report.Processes);
        Assert.Null(report.Host.Name);
        Assert.False(report.Host.RebootRequired);
    }

    [Fact]
    public async Task Updates_are_asked_anew_only_when_what_they_rest_on_has_changed()
    {
        _host.Script("/usr/bin/apt-get").Write("/var/lib/dpkg/status", "").Write("/var/lib/apt/lists/x", "");
        _host.Programs.Add(("apt-get", new ProgramAnswer(0, Simulated, "")));
        var collection = _host.Collection();
        var updates = (await collection.CollectAsync(CancellationToken.None)).Host.Updates!;
        Assert.Equal(("apt", 2, 1), (updates.Manager, updates.Pending, updates.Security));
        Assert.Equal(["a", "b"], updates.Packages.Select(package => package.Name));
        await collection.CollectAsync(CancellationToken.None);
        Assert.Single(_host.Runs);
        File.SetLastWriteTimeUtc(_host.At("/var/lib/dpkg/status"), LaidOutHost.Now.UtcDateTime);
        await collection.CollectAsync(CancellationToken.None);
        Assert.Equal(2, _host.Runs.Count);
        Assert.All(_host.Runs, run => Assert.StartsWith("/usr/bin/apt-get --simulate ", run, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("/usr/bin/apt-get", "/var/lib/dpkg/status", "apt")]
    [InlineData("/usr/bin/dnf", "/var/lib/rpm/rpmdb.sqlite", "dnf")]
    public async Task A_manager_that_does_not_answer_is_a_fault_and_asked_again(string program, string table, string source)
    {
        _host.Script(program).Write(table, "");
        var collection = _host.Collection();
        _host.Programs.Add((program, new ProgramAnswer(100, "", "E: something at https://bob:hunter2@mirror")));
        var report = await collection.CollectAsync(CancellationToken.None);
        Assert.Null(report.Host.Updates);
        var fault = Assert.Single(report.Faults);
        Assert.Equal(source, fault.Source);
        Assert.DoesNotContain("hunter2", fault.Reason, StringComparison.Ordinal);
        await collection.CollectAsync(CancellationToken.None);
        Assert.Equal(2, _host.Runs.Count);
    }

    [Fact]
    public async Task The_largest_processes_are_told_without_their_secrets_and_without_threads_of_the_kernel()
    {
        _host.Write("/proc/uptime", "1000.00 1.0\n").Write("/etc/passwd", "root:x:0:0::/:/bin/sh\n").Write("/proc/2/stat",
            "2 (kthreadd) S 0 0 0 0 -1 2129984 0 0 0 0 900 0 0 0 20 0 1 0 5 0 9999 1\n");
        for (var i = 10; i < 60; i++) _host.Process(i, $"small{i}", "/bin/small\0", ticks: 0, pages: i);
        _host.Process(100, "mysql", "mysql\0-u\0root\0-phunter2\0db\0", ticks: 9500, pages: 1)
            .Process(101, "big", "java\0-Xmx1g\0", ticks: 0, pages: 5000)
            .Process(102, "gone", "", ticks: 9900, pages: 9000);
        var processes = (await _host.CollectAsync()).Processes;
        Assert.Equal((100, "root", "mysql -u root -p[REDACTED] db", 10.0),
            (processes[0].Pid, processes[0].User, processes[0].Arguments, processes[0].CpuPercent));
        Assert.Equal((101, 5000L * 4096), (processes[1].Pid, processes[1].RssBytes));
        Assert.DoesNotContain(processes, process => process.Pid is 2 or 102);
        Assert.InRange(processes.Count, 3, 20);
    }

    [Fact]
    public async Task A_program_is_run_in_a_closed_environment_and_without_input()
    {
        var answer = await HostProgram.RunAsync("/usr/bin/env", [], TimeSpan.FromSeconds(60), CancellationToken.None);
        Assert.Equal(["HOME=/", "LC_ALL=C", "PATH=/usr/sbin:/usr/bin:/sbin:/bin"],
            answer.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Order(StringComparer.Ordinal));
        Assert.Equal(new ProgramAnswer(0, "", ""),
            await HostProgram.RunAsync("/bin/cat", [], TimeSpan.FromSeconds(60), CancellationToken.None));
        Assert.Equal(new ProgramAnswer(3, "", "no"),
            await HostProgram.RunAsync("/bin/sh", ["-c", "echo no >&2; exit 3"], TimeSpan.FromSeconds(60), CancellationToken.None));
    }

    [Fact]
    public async Task A_program_that_does_not_end_or_says_too_much_is_ended_with_its_children()
    {
        using var folder = new TempFolder();
        var note = folder.File("pid");
        var slow = await HostProgram.RunAsync("/bin/sh", ["-c", $"sleep 600 & echo $! > {note}; wait"], TimeSpan.FromSeconds(2),
            CancellationToken.None);
        Assert.Null(slow.ExitCode);
        Assert.Contains("did not end", slow.Reason, StringComparison.Ordinal);
        var child = await File.ReadAllTextAsync(note);
        await Poll.UntilAsync("the child to end", TimeSpan.FromSeconds(30), () => Task.FromResult(!Lives(child.Trim())));
        var loud = await HostProgram.RunAsync("/usr/bin/yes", [], TimeSpan.FromSeconds(60), CancellationToken.None);
        Assert.Equal((null, "said more than 4 MiB"), (loud.ExitCode, loud.Reason));
        var none = await HostProgram.RunAsync("/no/such/program", [], TimeSpan.FromSeconds(60), CancellationToken.None);
        Assert.Null(none.ExitCode);
        Assert.StartsWith("does not start", none.Reason, StringComparison.Ordinal);
        await Assert.ThrowsAsync<ArgumentException>(() => HostProgram.RunAsync("sh", [], TimeSpan.FromSeconds(1), CancellationToken.None));
    }

    [Fact]
    public async Task This_machine_is_told_within_its_bounds()
    {
        // Its package manager would take seconds; it has tests of its own.
        var ground = InventoryGround.ThisHost(TimeProvider.System) with { Run = _host.RunAsync };
        var report = await new InventoryCollection(new() { TlsListeners = false }, Redactor.BuiltIn, ground)
            .CollectAsync(CancellationToken.None);
        Assert.NotNull(report.Host.Kernel);
        Assert.NotNull(report.Host.BootId);
        Assert.True(report.Host.MemoryBytes > 0);
        Assert.NotEmpty(report.Processes);
        Assert.All(report.Processes, process => Assert.NotEmpty(process.Arguments));
    }

    // A process that ended and that nobody waited for yet lives no more.
    private static bool Lives(string id)
    {
        try
        {
            return !File.ReadAllText($"/proc/{id}/stat").Contains(") Z ", StringComparison.Ordinal);
        }
        catch (IOException)
        {
            return false;
        }
    }
}
