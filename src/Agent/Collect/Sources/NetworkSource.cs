using HostAtlas.Agent.Collect.Parsing;

namespace HostAtlas.Agent.Collect.Sources;

/// <summary>What each interface receives and sends, from <c>/proc/net/dev</c>; <c>/sys/class/net</c> tells which are hardware.</summary>
internal sealed class NetworkSource(HostRoots roots) : IHostSource
{
    private readonly ProcFile _file = new(roots.Proc("net", "dev"));
    private readonly SeriesNames _names = new("interface", SeriesLimits.Interfaces,
        "network.received_bytes_per_second", "network.received_packets_per_second",
        "network.receive_errors_per_second", "network.receive_drops_per_second",
        "network.sent_bytes_per_second", "network.sent_packets_per_second",
        "network.send_errors_per_second", "network.send_drops_per_second");
    private Dictionary<string, bool> _physical = [];
    private Dictionary<string, InterfaceCounters> _before = [];
    private TimeSpan _readAt;

    public string Name => "network";

    public IReadOnlyList<string> Series => _names.Metrics;

    public string? Collect(Samples samples, TimeSpan sinceStart)
    {
        var parsed = NetworkDevices.Parse(_file.Read());
        if (parsed.Fault is { } fault) return fault;
        ForgetOthersThan(parsed.Value);
        var elapsed = sinceStart - _readAt;
        var now = new Dictionary<string, InterfaceCounters>();
        foreach (var one in InterfaceChoice.Choose(parsed.Value, IsPhysical).OrderBy(one => one.Name, StringComparer.Ordinal))
        {
            now[one.Name] = one;
            if (!_names.TryGet(one.Name, samples, out var names)) continue;
            if (_before.TryGetValue(one.Name, out var before) && !one.BeganAnewSince(before))
                AddRates(samples, names, before, one, elapsed);
        }
        (_before, _readAt) = (now, sinceStart);
        return null;
    }

    private static void AddRates(Samples samples, string[] names, InterfaceCounters before, InterfaceCounters now, TimeSpan elapsed)
    {
        samples.Add(names[0], CounterRate.PerSecond(before.ReceivedBytes, now.ReceivedBytes, elapsed));
        samples.Add(names[1], CounterRate.PerSecond(before.ReceivedPackets, now.ReceivedPackets, elapsed));
        samples.Add(names[2], CounterRate.PerSecond(before.ReceiveErrors, now.ReceiveErrors, elapsed));
        samples.Add(names[3], CounterRate.PerSecond(before.ReceiveDrops, now.ReceiveDrops, elapsed));
        samples.Add(names[4], CounterRate.PerSecond(before.SentBytes, now.SentBytes, elapsed));
        samples.Add(names[5], CounterRate.PerSecond(before.SentPackets, now.SentPackets, elapsed));
        samples.Add(names[6], CounterRate.PerSecond(before.SendErrors, now.SendErrors, elapsed));
        samples.Add(names[7], CounterRate.PerSecond(before.SendDrops, now.SendDrops, elapsed));
    }

    // An interface that comes back under its name may be another one, so what is known of it ends with it.
    private void ForgetOthersThan(List<InterfaceCounters> all)
    {
        if (_physical.Count == 0) return;
        var kept = new Dictionary<string, bool>(all.Count);
        foreach (var one in all)
        {
            if (_physical.TryGetValue(one.Name, out var isPhysical)) kept[one.Name] = isPhysical;
        }
        _physical = kept;
    }

    // Only an interface that a driver made for a device has this link; bridges, tunnels and veth pairs do not. A host of containers has
    // hundreds of them, so each is asked about once.
    private bool IsPhysical(string name)
    {
        if (!_physical.TryGetValue(name, out var isPhysical))
            _physical[name] = isPhysical = Path.Exists(roots.Sys("class", "net", name, "device"));
        return isPhysical;
    }
}
