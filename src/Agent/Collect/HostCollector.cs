using HostAtlas.Agent.Collect.Sources;

namespace HostAtlas.Agent.Collect;

/// <summary>
/// The agent's senses: reads the host once a tick. Rates need two readings, so the first tick has none. A source that fails leaves its
/// values out and is counted in <c>agent.collect.failed</c>; the others go on. Used by one thread at a time.
/// </summary>
internal sealed class HostCollector
{
    private const string FailedName = "agent.collect.failed", LeftOutName = "agent.collect.left_out";
    private readonly TimeProvider _clock;
    private readonly long _start;
    private readonly IHostSource[] _sources;
    private int _countLast = 32;

    /// <summary>Senses for a host; the clock measures the time between readings and nothing else.</summary>
    public HostCollector(HostRoots roots, TimeProvider clock)
        : this(clock,
            new CpuSource(roots), new LoadSource(roots), new MemorySource(roots), new PagingSource(roots),
            new DiskSpaceSource(roots), new DiskActivitySource(roots), new NetworkSource(roots), new TcpSource(roots),
            new SocketSource(roots), new UptimeSource(roots), new ProcessSource(roots), new FileHandleSource(roots),
            new EntropySource(roots), new ClockSource(roots), new TemperatureSource(roots), new PressureSource(roots),
            new ContainerSource(roots), new AgentMemorySource(roots))
    {
    }

    internal HostCollector(TimeProvider clock, params IHostSource[] sources)
    {
        _clock = clock;
        _start = clock.GetTimestamp();
        _sources = sources;
    }

    /// <summary>Every name a report can hold, without labels.</summary>
    public IReadOnlyList<string> Series => [.. _sources.SelectMany(source => source.Series), FailedName, LeftOutName];

    /// <summary>The sources that failed at the last tick, and why.</summary>
    public IReadOnlyList<CollectFault> Faults { get; private set; } = [];

    /// <summary>
    /// One tick: finite values by metric name (grammar: <see cref="Shared.MetricName"/>). Less than a millisecond of processor time for the
    /// most part; what costs more on a large host is paced (<see cref="Pacing"/>).
    /// </summary>
    public IReadOnlyDictionary<string, double> Collect()
    {
        var samples = new Samples(_countLast);
        List<CollectFault>? faults = null;
        foreach (var source in _sources)
        {
            if (TryCollect(source, samples) is { } reason) (faults ??= []).Add(new CollectFault(source.Name, reason));
        }
        Faults = faults ?? (IReadOnlyList<CollectFault>)[];
        samples.Add(FailedName, Faults.Count);
        samples.Add(LeftOutName, samples.LeftOut);
        _countLast = samples.Values.Count;
        return samples.Values;
    }

    private string? TryCollect(IHostSource source, Samples samples)
    {
        try
        {
            return source.Collect(samples, _clock.GetElapsedTime(_start));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return e.Message;
        }
    }
}
