namespace HostAtlas.Agent.Collect;

/// <summary>Where a collector finds the host. Tests hand in folders of captured files.</summary>
/// <param name="Proc">The kernel's process file system, <c>/proc</c>.</param>
/// <param name="Sys">The kernel's device tree, <c>/sys</c>.</param>
/// <param name="Space">The room of the file system mounted at a path; throws <see cref="IOException"/> when it cannot be asked.</param>
/// <param name="PageSizeBytes">Size of a page of memory.</param>
internal sealed record HostRoots(string Proc, string Sys, Func<string, FileSystemSpace> Space, int PageSizeBytes)
{
    /// <summary>This machine.</summary>
    public static HostRoots ThisHost { get; } = new("/proc", "/sys", FileSystemSpace.Of, Environment.SystemPageSize);
}
