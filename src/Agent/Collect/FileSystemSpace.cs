using System.Runtime.InteropServices;

namespace HostAtlas.Agent.Collect;

/// <summary>
/// The room of a file system in bytes and in inodes (statvfs). Available is what others than root can still write; Free includes root's
/// reserve. A file system that makes its inodes as it needs them (btrfs, vfat) has 0 in all.
/// </summary>
internal readonly partial record struct FileSystemSpace(
    long TotalBytes, long FreeBytes, long AvailableBytes, long TotalInodes, long FreeInodes)
{
    /// <summary>What is taken.</summary>
    public long UsedBytes => Math.Max(0, TotalBytes - FreeBytes);

    /// <summary>
    /// As <c>df</c> computes it: used of what is used or available, so that a disk nobody but root can write to is 100 % full.
    /// </summary>
    public double UsedPercent => UsedBytes + AvailableBytes > 0 ? 100.0 * UsedBytes / (UsedBytes + AvailableBytes) : 0;

    /// <summary>Files, folders and links that are there.</summary>
    public long UsedInodes => Math.Max(0, TotalInodes - FreeInodes);

    /// <summary>Asks the system. Throws <see cref="IOException"/> or <see cref="UnauthorizedAccessException"/>.</summary>
    public static FileSystemSpace Of(string mountPoint)
    {
        VfsStat stat;
        while (StatVfs(mountPoint, out stat) != 0)
        {
            var error = Marshal.GetLastPInvokeError();
            if (!KernelFile.IsInterruption(-error)) throw KernelFile.Fault(mountPoint, -error);
        }
        return new FileSystemSpace(
            Bytes(stat.Blocks, stat.FragmentBytes), Bytes(stat.FreeBlocks, stat.FragmentBytes),
            Bytes(stat.AvailableBlocks, stat.FragmentBytes), Count(stat.Files), Count(stat.FreeFiles));
    }

    // Some user-space file systems answer "no limit" with the largest number.
    private static long Bytes(ulong blocks, ulong size) =>
        size > 0 && blocks > long.MaxValue / size ? long.MaxValue : (long)(blocks * size);

    private static long Count(ulong files) => (long)Math.Min(files, long.MaxValue);

    [LibraryImport("libc", EntryPoint = "statvfs", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int StatVfs(string path, out VfsStat stat);

    /// <summary>
    /// <c>struct statvfs</c> of &lt;sys/statvfs.h&gt;: on every 64-bit Linux, glibc and musl, x64 and arm64 alike, eleven words of 64 bits
    /// and 24 bytes more, 112 in all. Made larger here, so that a library that adds a field never writes beyond it.
    /// </summary>
    [StructLayout(LayoutKind.Sequential, Size = 256)]
    internal struct VfsStat
    {
        public ulong BlockBytes, FragmentBytes, Blocks, FreeBlocks, AvailableBlocks, Files, FreeFiles, AvailableFiles;
        public ulong FileSystemId, Flags, LongestName;
    }
}
