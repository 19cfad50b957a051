using HostAtlas.Agent.Collect.Parsing;

namespace HostAtlas.Agent.Collect.Sources;

/// <summary>
/// Time lost waiting for processors, memory, disks and interrupts, from <c>/proc/pressure</c>. There is no cpu_full: psi.rst calls it
/// undefined for a whole host, and the kernel writes a 0 there only so that programs find the line.
/// </summary>
internal sealed class PressureSource(HostRoots roots) : IHostSource
{
    private readonly Resource[] _resources =
    [
        new(roots, "cpu", "pressure.cpu_some_percent", null),
        new(roots, "memory", "pressure.memory_some_percent", "pressure.memory_full_percent"),
        new(roots, "io", "pressure.io_some_percent", "pressure.io_full_percent"),
        new(roots, "irq", null, "pressure.irq_full_percent"),
    ];

    public string Name => "pressure";

    public IReadOnlyList<string> Series =>
        [.. _resources.SelectMany(resource => new[] { resource.SomeName, resource.FullName }).OfType<string>()];

    public string? Collect(Samples samples, TimeSpan sinceStart)
    {
        string? fault = null;
        foreach (var resource in _resources)
        {
            if (!resource.File.TryRead(out var text)) continue;
            var parsed = Pressure.Parse(text);
            if (parsed.Fault is { } wrong)
            {
                fault = wrong;
                continue;
            }
            if (resource.SomeName is { } some) samples.Add(some, parsed.Value.SomePercent);
            if (resource.FullName is { } full) samples.Add(full, parsed.Value.FullPercent);
        }
        return fault;
    }

    private sealed class Resource(HostRoots roots, string name, string? someName, string? fullName)
    {
        public ProcFile File { get; } = new(roots.Proc("pressure", name), 256);
        public string? SomeName { get; } = someName;
        public string? FullName { get; } = fullName;
    }
}
