using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using HostAtlas.Agent.Collect.Parsing;
using HostAtlas.Agent.Inventory.Files;
using HostAtlas.Agent.Inventory.Parsing;
using HostAtlas.Shared.Wire;

namespace HostAtlas.Agent.Inventory.Host;

/// <summary>Reads what the host is. No program is started for it.</summary>
internal sealed class HostFactsSource(HostFiles files)
{
    private const int TableMaxBytes = 1 << 20;

    /// <summary>The distribution; nothing in it where there is no os-release.</summary>
    public OsRelease Os() => OsRelease.Parse(files.TextOf("/etc/os-release") ?? files.TextOf("/usr/lib/os-release") ?? "");

    /// <summary>The facts, with the updates as they were found.</summary>
    public HostFacts Collect(OsRelease os, PendingUpdates? updates)
    {
        var cpu = CpuInfo.Parse(Proc("cpuinfo", TableMaxBytes) ?? "");
        var memory = MemInfo.Parse(Encoding.UTF8.GetBytes(Proc("meminfo") ?? ""));
        var kernel = Line(Proc("sys", "kernel", "osrelease"));
        var container = Virtualisation.Container(files.Exists("/.dockerenv"), files.Exists("/run/.containerenv"),
            files.TextOf("/run/systemd/container"), Proc("1", "cgroup"));
        var reasons = RebootReasons(kernel, container);
        return new HostFacts(Line(Proc("sys", "kernel", "hostname")), os.Name, os.Id, os.Version, kernel, Architecture(), cpu.Model,
            cpu.Count > 0 ? cpu.Count : null, memory.Fault is null ? (long)memory.Value.TotalBytes : null,
            memory.Fault is null ? (long?)memory.Value.SwapTotalBytes : null, Hypervisor(cpu.Hypervisor), container,
            Line(Proc("sys", "kernel", "random", "boot_id")), BootedAt(), TimeZone(), reasons.Count > 0, reasons, updates);
    }

    /// <summary>The zone that /etc/localtime leads to, else what /etc/timezone says; null: neither.</summary>
    private string? TimeZone()
    {
        const string Zones = "/zoneinfo/";
        var link = new FileInfo(files.At("/etc/localtime")).LinkTarget;
        var at = link?.LastIndexOf(Zones, StringComparison.Ordinal) ?? -1;
        return at >= 0 ? link![(at + Zones.Length)..] : Line(files.TextOf("/etc/timezone"));
    }

    private string? Hypervisor(bool cpuFlag)
    {
        var board = new[] { "sys_vendor", "product_name", "board_vendor", "bios_vendor" }
            .Select(name => ProcText.Text(files.At($"/sys/class/dmi/id/{name}")));
        return Virtualisation.Hypervisor(string.Join('\n', board), ProcText.Text(files.At("/sys/hypervisor/type")), cpuFlag);
    }

    private List<string> RebootReasons(string? kernel, string? container)
    {
        var reasons = new List<string>();
        // Debian's and Ubuntu's packages ask by this file, and put their names into the other.
        if (files.Exists("/run/reboot-required"))
        {
            var packages = (files.TextOf("/run/reboot-required.pkgs") ?? "").Split('\n', StringSplitOptions.RemoveEmptyEntries)
                .Distinct(StringComparer.Ordinal).Take(50).ToList();
            reasons.Add(packages.Count == 0 ? "an update asks for it" : $"updated: {string.Join(", ", packages)}");
        }
        // What lies in a container is not what its host runs.
        if (container is null && kernel is not null && KernelVersion.Newer(kernel, InstalledKernels()) is { } newer)
            reasons.Add($"kernel {newer} is installed, {kernel} runs");
        return reasons;
    }

    // A kernel counts when there are its modules and, where kernels lie in /boot at all, itself: packages leave folders behind.
    private IEnumerable<string> InstalledKernels()
    {
        try
        {
            var modules = files.Names("/lib/modules") ?? [];
            return [.. modules.Where(release => files.Exists($"/boot/vmlinuz-{release}")
                || files.Exists($"/lib/modules/{release}/vmlinuz"))];
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    private DateTimeOffset? BootedAt()
    {
        foreach (var line in (Proc("stat", TableMaxBytes) ?? "").Split('\n'))
        {
            if (line.StartsWith("btime ", StringComparison.Ordinal)
                && long.TryParse(line.AsSpan(6), NumberStyles.None, CultureInfo.InvariantCulture, out var seconds)
                && seconds is > 0 and < 253402300800) return DateTimeOffset.FromUnixTimeSeconds(seconds);
        }
        return null;
    }

    private static string Architecture() => RuntimeInformation.OSArchitecture switch
    {
        System.Runtime.InteropServices.Architecture.X64 => "x86_64",
        System.Runtime.InteropServices.Architecture.Arm64 => "aarch64",
        var other => other.ToString().ToLowerInvariant(),
    };

    private string? Proc(params string[] parts) => ProcText.Text(files.At("/proc/" + string.Join('/', parts)), 64 << 10);

    private string? Proc(string name, int maxBytes) => ProcText.Text(files.At($"/proc/{name}"), maxBytes);

    private static string? Line(string? text) => text?.Split('\n')[0].Trim() is { Length: > 0 and < 300 } line ? line : null;
}
