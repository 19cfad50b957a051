using HostAtlas.Benchmarks.Load;
using HostAtlas.TestSupport;
using HostAtlas.TestSupport.Processes;

namespace HostAtlas.Benchmarks.Rivals;

/// <summary>A rival's server on loopback with data, configuration and port of its own; it and its folder go with the benchmark.</summary>
internal sealed class RivalServer : IAsyncDisposable
{
    private const int BatchConnections = 8;
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(60);

    private readonly TempFolder _folder;
    private readonly ChildProcess _process;
    private readonly string _writeTarget;

    private RivalServer(TempFolder folder, ChildProcess process, Uri url, string writeTarget) =>
        (_folder, _process, Url, _writeTarget) = (folder, process, url, writeTarget);

    /// <summary>Where it listens, plain HTTP.</summary>
    public Uri Url { get; }

    /// <summary>Processor time it has used.</summary>
    public TimeSpan CpuTime => ProcessFigures.CpuTime(_process.Id);

    /// <summary>InfluxDB 1.x, which syncs its log before each answer (<c>wal-fsync-delay = 0</c>, its default).</summary>
    public static async Task<RivalServer> StartInfluxAsync()
    {
        var program = await DebianProgram.FindAsync("influxdb", "influxd");
        var (folder, url) = (new TempFolder(), NewUrl());
        var config = folder.File("influxdb.conf");
        await File.WriteAllTextAsync(config, $"""
            reporting-disabled = true
            bind-address = "127.0.0.1:{FreePort.Next()}"
            [meta]
              dir = "{folder.File("meta")}"
            [data]
              dir = "{folder.File("data")}"
              wal-dir = "{folder.File("wal")}"
              wal-fsync-delay = "0s"
              query-log-enabled = false
            [monitor]
              store-enabled = false
            [subscriber]
              enabled = false
            [http]
              bind-address = "{url.Authority}"
              auth-enabled = false
              log-enabled = false
            [logging]
              level = "error"
            """);
        var server = new RivalServer(folder, ChildProcess.Start(program, ["-config", config]), url, "/write?db=bench&precision=ms");
        await server.WaitAsync("/ping");
        using var client = new HttpClient();
        using var made = await client.PostAsync(new Uri(url, "/query?q=CREATE+DATABASE+bench"), null);
        made.EnsureSuccessStatusCode();
        return server;
    }

    /// <summary>VictoriaMetrics, single node. It answers before anything is on disk: no log, no sync.</summary>
    public static async Task<RivalServer> StartVictoriaMetricsAsync()
    {
        var program = await DebianProgram.FindAsync("victoria-metrics", "victoria-metrics");
        var (folder, url) = (new TempFolder(), NewUrl());
        var process = ChildProcess.Start(program,
            [$"-storageDataPath={folder.File("data")}", $"-httpListenAddr={url.Authority}", "-retentionPeriod=1y",
                "-http.connTimeout=1h", "-loggerLevel=ERROR"]);
        var server = new RivalServer(folder, process, url, "/write?precision=ms");
        await server.WaitAsync("/health");
        return server;
    }

    /// <summary>Connections that send one report a request.</summary>
    public Task<LoadGenerator> LoadAsync(IReadOnlyList<string> names, int servers) => LoadGenerator.OpenAsync(
        Url, authority: null, 204,
        LineReports.ForAll(Url.Authority, _writeTarget, names, reports: 1, servers, SignedReports.Connections));

    /// <summary>Connections that send many reports a request.</summary>
    public Task<LoadGenerator> LoadBatchesAsync(IReadOnlyList<string> names, int reports, int servers) => LoadGenerator.OpenAsync(
        Url, authority: null, 204, LineReports.ForAll(Url.Authority, _writeTarget, names, reports, servers, BatchConnections));

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await _process.DisposeAsync();
        _folder.Dispose();
    }

    private static Uri NewUrl() => new($"http://127.0.0.1:{FreePort.Next()}");

    private async Task WaitAsync(string path)
    {
        using var client = new HttpClient();
        try
        {
            await Poll.UntilAsync($"{Url}{path}", StartLimit, async () =>
            {
                if (_process.HasExited) throw new InvalidOperationException($"The rival ended during its start:\n{_process.LastWords}");
                try
                {
                    using var answer = await client.GetAsync(new Uri(Url, path));
                    return answer.IsSuccessStatusCode;
                }
                catch (HttpRequestException)
                {
                    return false; // It does not listen yet.
                }
            });
        }
        catch
        {
            await DisposeAsync();
            throw;
        }
    }
}
