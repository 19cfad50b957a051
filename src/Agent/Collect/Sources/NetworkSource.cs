using HostAtlas.Agent.Collect.Parsing;

namespace HostAtlas.Agent.Collect.Sources;

/// <summary>What each interface receives and sends, from <c>/proc/net/dev</c>; <c>/sys/class/net</c> tells which are hardware.</summary>
internal sealed class NetworkSource(HostRoots roots) : IHostSource
{
    private readonly ProcFile _file = new(Path.Combine(roots.Proc, "net", "dev"));
    private readonly string _classFolder = Path.Combine(roots.Sys, "class", "net");
    private readonly SeriesNames _names = new("interface", "network.received_bytes_per_second", "network.sent_bytes_per_second");
    private Dictionary<string, InterfaceCounters> _before = [];
    private TimeSpan _readAt;

    public string Name => "network";

    public string? Collect(Samples samples, TimeSpan sinceStart)
    {
        var parsed = NetworkDevices.Parse(_file.Read());
        if (parsed.Fault is { } fault) return fault;
        var elapsed = sinceStart - _readAt;
        var now = new Dictionary<string, InterfaceCounters>();
        foreach (var one in InterfaceChoice.Choose(parsed.Value, IsPhysical))
        {
            now[one.Name] = one;
            if (!_before.TryGetValue(one.Name, out var before) || one.BeganAnewSince(before)) continue;
            var names = _names.For(one.Name);
            samples.Add(names[0], CounterRate.PerSecond(before.ReceivedBytes, one.ReceivedBytes, elapsed));
            samples.Add(names[1], CounterRate.PerSecond(before.SentBytes, one.SentBytes, elapsed));
        }
        (_before, _readAt) = (now, sinceStart);
        return null;
    }

    // Only an interface that a driver made for a device has this link; bridges, tunnels and veth pairs do not.
    private bool IsPhysical(string name) => Path.Exists(Path.Combine(_classFolder, name, "device"));
}
