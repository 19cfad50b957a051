using HostAtlas.Agent.Inventory.Parsing;

namespace HostAtlas.Agent.Tests.Inventory.Parsing;

public sealed class HostParsersTests
{
    [Theory]
    [InlineData("PRETTY_NAME=\"Debian GNU/Linux 12 (bookworm)\"\nNAME=\"Debian GNU/Linux\"\nVERSION_ID=\"12\"\nID=debian\n", "Debian GNU/Linux 12 (bookworm)", "debian", "12", false)]
    [InlineData("NAME='Alpine Linux'\nID=alpine\nVERSION_ID=3.20.1\n", "Alpine Linux", "alpine", "3.20.1", false)]
    [InlineData("NAME=\"Rocky Linux\"\nID=\"rocky\"\nID_LIKE=\"rhel centos fedora\"\nVERSION_ID=\"9.4\"\n", "Rocky Linux", "rocky", "9.4", true)]
    [InlineData("ID=fedora\n# NAME=no\nPRETTY_NAME=\"a \\\"quoted\\\" name\"", "a \"quoted\" name", "fedora", null, true)]
    [InlineData("", null, null, null, false)]
    [InlineData("\0\0====\n=\n", null, null, null, false)]
    public void The_distribution_is_read(string text, string? name, string? id, string? version, bool redHat)
    {
        var os = OsRelease.Parse(text);
        Assert.Equal((name, id, version, redHat), (os.Name, os.Id, os.Version, os.IsRedHat));
    }

    [Theory]
    [InlineData("processor\t: 0\nmodel name\t: AMD EPYC 9B14\nflags\t\t: fpu hypervisor lahf\n\nprocessor\t: 1\nmodel name\t: AMD EPYC 9B14\n", "AMD EPYC 9B14", 2, true)]
    [InlineData("processor\t: 0\nBogoMIPS\t: 108.00\nCPU part\t: 0xd0b\n\nprocessor\t: 1\nHardware\t: BCM2835\nModel\t\t: Raspberry Pi 5 Model B Rev 1.0\n", "Raspberry Pi 5 Model B Rev 1.0", 2, false)]
    [InlineData("processor\t: 0\nflags : nohypervisor\n", null, 1, false)]
    [InlineData("", null, 0, false)]
    public void The_processors_are_read(string text, string? model, int count, bool hypervisor) =>
        Assert.Equal(new CpuInfo(model, count, hypervisor), CpuInfo.Parse(text));

    [Theory]
    [InlineData("QEMU\nStandard PC (Q35 + ICH9, 2009)", null, true, "qemu")]
    [InlineData("Microsoft Corporation\nVirtual Machine", null, true, "microsoft")]
    [InlineData("Microsoft Corporation\nSurface Laptop", null, false, null)]
    [InlineData("VMware, Inc.\nVMware7,1", null, true, "vmware")]
    [InlineData("Amazon EC2\nm5.metal", null, false, null)]
    [InlineData("Amazon EC2\nm5.large", null, true, "amazon")]
    [InlineData("", "xen\n", false, "xen")]
    [InlineData("", null, true, "vm-other")]
    [InlineData("Dell Inc.\nPowerEdge R650", null, false, null)]
    public void A_hypervisor_is_told_by_what_shows_of_it(string firmware, string? type, bool flag, string? name) =>
        Assert.Equal(name, Virtualisation.Hypervisor(firmware, type, flag));

    [Theory]
    [InlineData(true, false, null, null, "docker")]
    [InlineData(false, true, null, null, "podman")]
    [InlineData(false, false, "lxc\n", null, "lxc")]
    [InlineData(false, false, null, "12:memory:/kubepods/besteffort/pod1", "kubernetes")]
    [InlineData(false, false, null, "0::/init.scope", null)]
    public void A_container_is_told_by_what_shows_of_it(bool docker, bool podman, string? systemd, string? cgroup, string? name) =>
        Assert.Equal(name, Virtualisation.Container(docker, podman, systemd, cgroup));

    [Theory]
    [InlineData("6.1.0-28-amd64", "6.1.0-28-amd64 6.1.0-31-amd64 6.1.0-9-amd64 6.1.0-32-cloud-amd64x", "6.1.0-31-amd64")]
    [InlineData("6.8.0-51-generic", "6.8.0-51-generic 6.8.0-9-generic 6.11.0-8-lowlatency", null)]
    [InlineData("5.14.0-427.13.1.el9_4.x86_64", "5.14.0-427.13.1.el9_4.x86_64 5.14.0-427.16.1.el9_4.x86_64", "5.14.0-427.16.1.el9_4.x86_64")]
    [InlineData("6.6.31+rpt-rpi-v8", "6.6.51+rpt-rpi-v8 6.6.51+rpt-rpi-2712", "6.6.51+rpt-rpi-v8")]
    [InlineData("6.12.9-arch1-1", "", null)]
    public void A_newer_kernel_of_the_same_flavour_is_found(string running, string installed, string? newer) =>
        Assert.Equal(newer, KernelVersion.Newer(running, installed.Split(' ', StringSplitOptions.RemoveEmptyEntries)));

    [Fact]
    public void Apt_tells_updates_and_which_of_them_mend_a_hole()
    {
        var updates = AptSimulation.Parse("""
            Reading package lists...
            Inst libc6 [2.36-9+deb12u8] (2.36-9+deb12u9 Debian:12.9/stable [amd64])
            Inst openssl [3.0.15-1~deb12u1] (3.0.16-1~deb12u1 Debian:12.10/stable, Debian-Security:12/stable-security [amd64])
            Inst linux-image-6.1.0-32-amd64 (6.1.129-1 Debian-Security:12/stable-security [amd64])
            Inst vim [2:8.2.3995-1ubuntu2.17] (2:8.2.3995-1ubuntu2.21 Ubuntu:22.04/jammy-updates, Ubuntu:22.04/jammy-security [amd64]) []
            Inst own [1.0] (1.1 my-repository [all])
            Conf libc6 (2.36-9+deb12u9 Debian:12.9/stable [amd64])
            Inst broken [
            """);
        Assert.Equal(
            ["libc6 2.36-9+deb12u8 2.36-9+deb12u9 False", "openssl 3.0.15-1~deb12u1 3.0.16-1~deb12u1 True",
                "vim 2:8.2.3995-1ubuntu2.17 2:8.2.3995-1ubuntu2.21 True", "own 1.0 1.1 False"],
            updates.Select(update => $"{update.Name} {update.From} {update.To} {update.Security}"));
    }

    [Theory]
    [InlineData("FEDORA-2024-1a2b Important/Sec. openssl-1:3.0.9-2.fc38.x86_64\nFEDORA-2024-9 Moderate/Sec. python3-libs-3.11.9-1.fc38.x86_64\n")]
    [InlineData("Name               Type     Severity  Package                            Issued\nFEDORA-2024-1a2b   security Important openssl-1:3.0.9-2.fc38.x86_64 2024-06-01 01:02:03\nFEDORA-2024-9 security Moderate python3-libs-3.11.9-1.fc38.x86_64 2024-06-01 01:02:03\n")]
    public void Dnf_of_either_version_tells_updates_and_which_of_them_mend_a_hole(string security)
    {
        var updates = DnfLists.Parse("""
            Available Upgrades
            openssl.x86_64                1:3.0.9-2.fc38              updates
            python3-libs.x86_64           3.11.9-2.fc38               updates
            tzdata.noarch                 2024a-2.fc38                updates
            Obsoleting Packages
            old.x86_64                    1.0-1.fc38                  updates
            """, security);
        Assert.Equal(["openssl 1:3.0.9-2.fc38 True", "python3-libs 3.11.9-2.fc38 True", "tzdata 2024a-2.fc38 False"],
            updates.Select(update => $"{update.Name} {update.To} {update.Security}"));
    }

    [Fact]
    public void Failed_units_are_read_of_either_version()
    {
        var units = FailedUnits.Parse("""
            nginx.service      loaded failed failed A high performance web server, password=x
            ● mnt-backup.mount loaded failed failed /mnt/backup
            short.service loaded failed failed
            not a unit

            """, text => text.Replace("password=x", "[FILTERED]", StringComparison.Ordinal));
        Assert.Equal(
            ["nginx.service/failed/A high performance web server, [FILTERED]", "mnt-backup.mount/failed//mnt/backup",
                "short.service/failed/"],
            units.Select(unit => $"{unit.Unit}/{unit.Active}/{unit.Description}"));
    }

    [Theory]
    [InlineData("1 (systemd) S 0 1 1 0 -1 4194560 1 2 3 4 250 50 9 9 20 0 1 0 5 1000 77 1\n", "systemd", false, 300UL, 5UL, 77L)]
    [InlineData("2 (kthreadd) S 0 0 0 0 -1 2129984 0 0 0 0 0 0 0 0 20 0 1 0 5 0 0 1\n", "kthreadd", true, 0UL, 5UL, 0L)]
    [InlineData("3 (a) b) R (c) S 0 1 1 0 -1 0 1 2 3 4 1 1 9 9 20 0 1 0 5 1000 7 1\n", "a) b) R (c", false, 2UL, 5UL, 7L)]
    public void A_process_is_read(string text, string name, bool kernel, ulong ticks, ulong start, long pages) =>
        Assert.Equal(new ProcessStat(name, kernel, ticks, start, pages), ProcessStat.Parse(System.Text.Encoding.UTF8.GetBytes(text)));

    [Theory]
    [InlineData("")]
    [InlineData("1 (cut) S 0 1")]
    [InlineData("no brackets")]
    [InlineData(") (")]
    public void A_process_that_is_cut_is_none(string text) => Assert.Null(ProcessStat.Parse(System.Text.Encoding.UTF8.GetBytes(text)));

    [Theory]
    [InlineData("/usr/bin/mysql\0-u\0root\0--password=a b\0", "/usr/bin/mysql -u root '--password=a b'")]
    [InlineData("sh\0-c\0echo 'x'\nA=b\0", "sh -c 'echo '\\''x'\\'' A=b'")]
    [InlineData("nginx: master process /usr/sbin/nginx\0\0\0\0", "nginx: master process /usr/sbin/nginx")]
    [InlineData("a\0\0b\0", "a '' b")]
    [InlineData("", "")]
    [InlineData("\0\0", "")]
    public void Arguments_become_the_line_that_a_shell_was_given(string arguments, string line) =>
        Assert.Equal(line, ProcessArguments.Line(System.Text.Encoding.UTF8.GetBytes(arguments)));
}
