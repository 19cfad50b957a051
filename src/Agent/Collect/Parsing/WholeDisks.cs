namespace HostAtlas.Agent.Collect.Parsing;

/// <summary>
/// Which block devices are whole disks. <c>/sys/block</c> holds no partitions, but it holds devices that stand on other disks (dm, md,
/// bcache, drbd, zd: their bytes would count twice), on files or memory (loop, ram, zram), and drives for discs. The link to
/// /devices/virtual is no help: an NVMe disk with multipath is virtual too.
/// </summary>
internal static class WholeDisks
{
    private static readonly string[] NoDisks = ["loop", "ram", "zram", "dm-", "md", "bcache", "drbd", "sr", "fd", "mtdblock", "zd"];

    /// <summary>Whether a name of <c>/sys/block</c> is a whole disk's.</summary>
    public static bool IsDisk(string blockDevice) =>
        !NoDisks.Any(prefix => blockDevice.StartsWith(prefix, StringComparison.Ordinal));

    /// <summary>
    /// In <c>/sys/block</c> a slash of a device's name is an exclamation mark (<c>cciss!c0d0</c>); in diskstats it is itself.
    /// </summary>
    public static string NameInDiskStats(string blockDevice) => blockDevice.Replace('!', '/');
}
