using HostAtlas.Agent.Collect.Parsing;

namespace HostAtlas.Agent.Collect.Sources;

/// <summary>
/// What the kernel's random numbers rest on, from <c>/proc/sys/kernel/random/entropy_avail</c>. Since Linux 5.18 it is 256 once they are
/// ready and stays there; on older kernels programs that read /dev/random wait when it runs low.
/// </summary>
internal sealed class EntropySource(HostRoots roots) : IHostSource
{
    private readonly ProcFile _file = new(roots.Proc("sys", "kernel", "random", "entropy_avail"), ProcFile.OneNumberBytes);

    public string Name => "entropy";

    public IReadOnlyList<string> Series { get; } = ["host.entropy_bits"];

    public string? Collect(Samples samples, TimeSpan sinceStart)
    {
        if (!_file.TryRead(out var text)) return null;
        var parsed = SingleNumber.ParseCount(text);
        if (parsed.Fault is { } fault) return fault;
        samples.Add("host.entropy_bits", parsed.Value);
        return null;
    }
}
