using System.Diagnostics;
using System.Globalization;
using System.Text;
using HostAtlas.TestSupport.Clients;
using HostAtlas.TestSupport.Processes;

namespace HostAtlas.EndToEnd.Tests.Load;

/// <summary>One watched server as the platform sees it: a kept TLS connection and a report of forty metrics every ten seconds.</summary>
internal sealed class SimulatedServer(PlatformProcess platform, WatchedServer server, int number) : IAsyncDisposable
{
    /// <summary>The default interval of the agent.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);

    private const int Metrics = 40;
    private readonly Random _random = new(number);
    private WireConnection? _connection;

    /// <summary>Reports answered with 202.</summary>
    public int Accepted { get; private set; }

    /// <summary>What else came.</summary>
    public List<string> Otherwise { get; } = [];

    /// <summary>The slowest answer.</summary>
    public TimeSpan Slowest { get; private set; }

    /// <summary>Connects, so that the handshakes of all are over before the measurement.</summary>
    public async Task ConnectAsync(CancellationToken cancellation = default) => _connection = await platform.ConnectAsync(cancellation);

    /// <summary>Reports at its own phase of the interval until told to stop.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        try
        {
            await Task.Delay(TimeSpan.FromMilliseconds(_random.Next((int)Interval.TotalMilliseconds)), stop);
            using var timer = new PeriodicTimer(Interval);
            do await ReportAsync(); while (await timer.WaitForNextTickAsync(stop));
        }
        catch (OperationCanceledException)
        {
            // Told to stop between two reports.
        }
    }

    /// <summary>Sends one report and takes the answer.</summary>
    public async Task ReportAsync()
    {
        var watch = Stopwatch.StartNew();
        try
        {
            if (_connection is null) await ConnectAsync();
            var now = TimeProvider.System.GetUtcNow();
            await _connection!.SendAsync(server.MetricsRequest(platform.Url.Authority, now, Body(now)));
            var answer = await _connection.ReadAnswerAsync();
            if (answer?.Status == 202) Accepted++;
            else Otherwise.Add(answer is null ? "closed" : $"{answer.Status} {answer.Text}");
        }
        catch (Exception broken) when (broken is IOException or System.Net.Sockets.SocketException)
        {
            Otherwise.Add(broken.Message);
            if (_connection is not null) await _connection.DisposeAsync();
            _connection = null;
        }
        if (watch.Elapsed > Slowest) Slowest = watch.Elapsed;
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        if (_connection is not null) await _connection.DisposeAsync();
    }

    private byte[] Body(DateTimeOffset now)
    {
        Span<byte> id = stackalloc byte[16];
        _random.NextBytes(id);
        var batch = Shared.Ids.ResourceId.FromRandom<Shared.Ids.ServerId>(id);
        var text = new StringBuilder($$"""{"batch":"{{batch}}","reports":[{"at":{{now.ToUnixTimeMilliseconds()}},"values":{""");
        for (var i = 0; i < Metrics; i++)
        {
            text.Append(CultureInfo.InvariantCulture,
                $"{(i == 0 ? "" : ",")}\"simulated.metric_{i:00}\":{_random.NextDouble() * 100:0.###}");
        }
        return Encoding.ASCII.GetBytes(text.Append("}}]}").ToString());
    }
}
