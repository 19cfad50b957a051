namespace HostAtlas.Agent.Collect;

/// <summary>
/// The room of a file system in bytes (statvfs). Available is what others than root can still write; Free includes root's reserve.
/// </summary>
internal readonly record struct FileSystemSpace(long TotalBytes, long FreeBytes, long AvailableBytes)
{
    /// <summary>What is taken.</summary>
    public long UsedBytes => Math.Max(0, TotalBytes - FreeBytes);

    /// <summary>
    /// As <c>df</c> computes it: used of what is used or available, so that a disk nobody but root can write to is 100 % full.
    /// </summary>
    public double UsedPercent => UsedBytes + AvailableBytes > 0 ? 100.0 * UsedBytes / (UsedBytes + AvailableBytes) : 0;

    /// <summary>Asks the system. Throws <see cref="IOException"/> or <see cref="UnauthorizedAccessException"/>.</summary>
    public static FileSystemSpace Of(string mountPoint)
    {
        // DriveInfo is statvfs on Linux, with the structure's layout on each architecture taken care of.
        var drive = new DriveInfo(mountPoint);
        return new FileSystemSpace(drive.TotalSize, drive.TotalFreeSpace, Math.Max(0, drive.AvailableFreeSpace));
    }
}
