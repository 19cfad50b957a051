using System.Text;
using HostAtlas.Engine.Metrics;
using HostAtlas.Engine.Presence;
using HostAtlas.Shared.Ids;

namespace HostAtlas.Benchmarks.Stores;

/// <summary>
/// What a fleet sends, as the gateway hands it to the data plane: every server in turn, one report each of forty metrics, every ten
/// seconds; percentages with two decimals and counters that grow.
/// </summary>
internal sealed class Fleet
{
    /// <summary>Metrics of each report.</summary>
    public const int Metrics = 40;

    /// <summary>Between two reports of a server.</summary>
    public const long IntervalMs = 10_000;

    private const int ServersATeam = 20;

    private readonly Random _random = new(1);
    private readonly double[] _values = new double[Metrics];
    private readonly NameSet _names;

    /// <param name="servers">How many.</param>
    public Fleet(int servers)
    {
        Names = [.. Enumerable.Range(0, Metrics).Select(i => $"host.metric_{i}")];
        var utf8 = Encoding.UTF8.GetBytes(string.Join('\n', Names));
        _names = new NameSet(NameSet.IdOf(utf8), Metrics, utf8);
        var team = default(TeamId);
        Servers = [.. Enumerable.Range(0, servers).Select(i =>
            new ServerKey(i % ServersATeam == 0 ? team = Id<TeamId>() : team, Id<ServerId>()))];
    }

    /// <summary>The metrics' names.</summary>
    public IReadOnlyList<string> Names { get; }

    /// <summary>The servers.</summary>
    public IReadOnlyList<ServerKey> Servers { get; }

    /// <summary>The reports of one tick, one a server.</summary>
    public IEnumerable<(ServerKey Server, MetricBatch Batch)> Tick(long atMs) => Servers.Select(server => (server, ReportAt(atMs)));

    /// <summary>So many ticks from a time on.</summary>
    public IReadOnlyList<(ServerKey Server, MetricBatch Batch)> Ticks(long fromMs, int ticks) =>
        [.. Enumerable.Range(0, ticks).SelectMany(tick => Tick(fromMs + (tick * IntervalMs)))];

    private MetricBatch ReportAt(long atMs)
    {
        for (var i = 0; i < _values.Length; i++)
        {
            _values[i] = i % 2 == 0
                ? Math.Round(_random.NextDouble() * 100, 2)
                : (atMs / IntervalMs * 1_000_003L) + _random.Next(1_000_000);
        }
        return new MetricBatch(_random.NextInt64(), _random.NextInt64(), [_names], [new ReportRow(atMs, 0, PackedValues.Pack(_values))]);
    }

    private T Id<T>() where T : struct, IResourceId<T>
    {
        var bytes = new byte[ResourceId.SizeBytes];
        _random.NextBytes(bytes);
        return ResourceId.FromRandom<T>(bytes);
    }
}
