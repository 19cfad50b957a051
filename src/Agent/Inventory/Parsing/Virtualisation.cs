namespace HostAtlas.Agent.Inventory.Parsing;

/// <summary>What shows of a hypervisor and of a container. Names are those of systemd-detect-virt(1). Pure.</summary>
internal static class Virtualisation
{
    private static readonly (string Mark, string Name)[] Vendors =
    [
        ("KVM", "kvm"), ("QEMU", "qemu"), ("VMware", "vmware"), ("VirtualBox", "oracle"), ("innotek", "oracle"), ("Xen", "xen"),
        ("Bochs", "bochs"), ("Parallels", "parallels"), ("BHYVE", "bhyve"), ("Hyper-V", "microsoft"), ("Amazon EC2", "amazon"),
        ("Google Compute Engine", "google"), ("DigitalOcean", "kvm"), ("Hetzner", "kvm"), ("OpenStack", "kvm"),
        ("Apple Virtualization", "apple"),
    ];

    private static readonly (string Mark, string Name)[] Groups =
    [
        ("kubepods", "kubernetes"), ("libpod", "podman"), ("docker", "docker"), ("lxc", "lxc"), ("machine.slice", "systemd-nspawn"),
    ];

    /// <summary>The hypervisor; null where none shows itself.</summary>
    /// <param name="firmware">Vendor and product of the board (/sys/class/dmi/id), each on a line.</param>
    /// <param name="hypervisorType">/sys/hypervisor/type.</param>
    /// <param name="cpuFlag">The processor says that there is one.</param>
    public static string? Hypervisor(string firmware, string? hypervisorType, bool cpuFlag)
    {
        if (hypervisorType?.Trim() is { Length: > 0 and < 20 } type) return type;
        // Azure and Hyper-V call the board what a laptop of the same vendor does not.
        if (firmware.Contains("Microsoft Corporation", StringComparison.Ordinal)
            && firmware.Contains("Virtual Machine", StringComparison.Ordinal)) return "microsoft";
        foreach (var (mark, name) in Vendors)
        {
            // An instance without a hypervisor of these clouds has the same board.
            if (firmware.Contains(mark, StringComparison.OrdinalIgnoreCase) && (cpuFlag || name is not ("amazon" or "google"))) return name;
        }
        return cpuFlag ? "vm-other" : null;
    }

    /// <summary>The container; null outside.</summary>
    /// <param name="dockerMark">/.dockerenv is there.</param>
    /// <param name="podmanMark">/run/.containerenv is there.</param>
    /// <param name="systemdMark">/run/systemd/container: what the container's manager told systemd.</param>
    /// <param name="cgroup">/proc/1/cgroup.</param>
    public static string? Container(bool dockerMark, bool podmanMark, string? systemdMark, string? cgroup)
    {
        if (systemdMark?.Trim() is { Length: > 0 and < 40 } told) return told;
        if (podmanMark) return "podman";
        if (dockerMark) return "docker";
        return Groups.FirstOrDefault(group => cgroup?.Contains(group.Mark, StringComparison.Ordinal) == true).Name;
    }
}
