using HostAtlas.Benchmarks.Load;
using HostAtlas.Gateway.Ingest;
using HostAtlas.TestSupport.Clients;
using HostAtlas.TestSupport.Processes;

namespace HostAtlas.Benchmarks.Hosts;

/// <summary>
/// The platform as everybody runs it, <c>HostAtlas.Gateway serve</c> in a process of its own, on the store that its configuration names,
/// with servers that were enrolled through its own API.
/// </summary>
internal sealed class FullPlatform : IAsyncDisposable
{
    private const int Enrolling = 8;

    private readonly PlatformProcess _process;

    private FullPlatform(PlatformProcess process) => _process = process;

    /// <summary>The enrolled servers.</summary>
    public EnrolledServer[] Servers { get; private set; } = [];

    /// <summary>Processor time of the platform; a database's own processes are not in it.</summary>
    public TimeSpan CpuTime => ProcessFigures.CpuTime(_process.Id);

    /// <summary>Starts one and enrols the servers.</summary>
    /// <param name="configuration">Environment variables; empty is the embedded default.</param>
    /// <param name="servers">How many.</param>
    public static async Task<FullPlatform> StartAsync(IReadOnlyDictionary<string, string> configuration, int servers)
    {
        var platform = new FullPlatform(await PlatformProcess.StartAsync(environment: configuration));
        try
        {
            using var founder = await Founder.FoundAsync(platform._process);
            await platform._process.OpsAsync("teams", "plan", founder.TeamId, "--servers", "unlimited");
            var enrolled = new EnrolledServer[servers];
            await Parallel.ForAsync(0, servers, new ParallelOptions { MaxDegreeOfParallelism = Enrolling }, async (i, _) =>
                enrolled[i] = new EnrolledServer((await founder.AddServerAsync($"server-{i:0000}")).Token, MetricsEndpoint.MetricsPath));
            platform.Servers = enrolled;
            return platform;
        }
        catch
        {
            await platform.DisposeAsync();
            throw;
        }
    }

    /// <summary>Connections that send one signed report a request.</summary>
    public Task<LoadGenerator> LoadAsync(ReportBody body) => LoadGenerator.OpenAsync(
        _process.Url, PlatformTrust.Load(Path.Combine(_process.Data, "ca.pem")), 202,
        SignedReports.ForAll(_process.Url.Authority, MetricsEndpoint.MetricsPath, Servers, body));

    /// <inheritdoc />
    public ValueTask DisposeAsync() => _process.DisposeAsync();
}
