using HostAtlas.Agent.Collect.Parsing;

namespace HostAtlas.Agent.Collect;

/// <summary>Where a collector finds the host. Tests hand in folders of captured files.</summary>
/// <param name="Root">The folder that stands for <c>/</c>; below it lie <c>proc</c> and <c>sys</c>.</param>
/// <param name="Space">The room of the file system mounted at a path; throws <see cref="IOException"/> when it cannot be asked.</param>
/// <param name="Clock">What the kernel says of its clock; null when this process may not ask.</param>
/// <param name="CpuTime">Processor time of the calling thread, by which costly readings are spread.</param>
/// <param name="PageSizeBytes">Size of a page of memory: 4 KiB on x64; 4, 16 or 64 KiB on arm64.</param>
internal sealed record HostRoots(
    string Root, Func<string, FileSystemSpace> Space, Func<ClockReading?> Clock, Func<TimeSpan> CpuTime, int PageSizeBytes)
{
    /// <summary>This machine.</summary>
    public static HostRoots ThisHost { get; } =
        new("/", FileSystemSpace.Of, KernelClock.Read, ThreadTime.Read, Environment.SystemPageSize);

    /// <summary>A file or folder of the kernel's process file system.</summary>
    public string Proc(params ReadOnlySpan<string> parts) => Path.Combine([Root, "proc", .. parts]);

    /// <summary>A file or folder of the kernel's device tree.</summary>
    public string Sys(params ReadOnlySpan<string> parts) => Path.Combine([Root, "sys", .. parts]);

    /// <summary>Where a path as the host names it, e.g. a mount point, is found.</summary>
    public string At(string absolute) => Path.Combine(Root, absolute.TrimStart('/'));
}
