using HostAtlas.Agent.Collect.Parsing;

namespace HostAtlas.Agent.Collect.Sources;

/// <summary>Sockets in use and the memory TCP takes, from <c>/proc/net/sockstat</c>.</summary>
internal sealed class SocketSource(HostRoots roots) : IHostSource
{
    private readonly ProcFile _file = new(roots.Proc("net", "sockstat"), 512);

    public string Name => "sockets";

    public IReadOnlyList<string> Series { get; } = ["network.sockets", "tcp.orphans", "tcp.memory_bytes"];

    public string? Collect(Samples samples, TimeSpan sinceStart)
    {
        if (!_file.TryRead(out var text)) return null;
        var parsed = SocketUse.Parse(text);
        if (parsed.Fault is { } fault) return fault;
        samples.Add("network.sockets", parsed.Value.Sockets);
        samples.Add("tcp.orphans", parsed.Value.TcpOrphans);
        samples.Add("tcp.memory_bytes", (double?)parsed.Value.TcpMemoryPages * roots.PageSizeBytes);
        return null;
    }
}
