using System.Diagnostics;
using System.Globalization;
using System.Text;
using HostAtlas.TestSupport.Clients;
using HostAtlas.TestSupport.Processes;

namespace HostAtlas.EndToEnd.Tests.Hostile;

/// <summary>A well-behaved agent from the same address that reports all the while: what the attack does to it is what counts.</summary>
internal sealed class GoodNeighbour(PlatformProcess platform, WatchedServer server)
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(200), AnswerLimit = TimeSpan.FromSeconds(15);
    private readonly CancellationTokenSource _stop = new();
    private Task _running = Task.CompletedTask;
    private int _serial;

    /// <summary>Reports answered with 202.</summary>
    public int Accepted { get; private set; }

    /// <summary>Everything else that came, as text.</summary>
    public List<string> Otherwise { get; } = [];

    /// <summary>The slowest 202.</summary>
    public TimeSpan Slowest { get; private set; }

    /// <summary>Begins to report.</summary>
    public void Start() => _running = Task.Run(RunAsync);

    /// <summary>Ends after the report it is at.</summary>
    public async Task StopAsync()
    {
        await _stop.CancelAsync();
        await _running;
        _stop.Dispose();
    }

    private async Task RunAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                // A connection of its own each time: the attack must not crowd out new ones either.
                using var limit = new CancellationTokenSource(AnswerLimit);
                var watch = Stopwatch.StartNew();
                await using var connection = await platform.ConnectAsync(limit.Token);
                var body = Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $$"""{"good.serial": {{_serial++}}}"""));
                await connection.SendAsync(
                    server.MetricsRequest(platform.Url.Authority, TimeProvider.System.GetUtcNow(), body), limit.Token);
                var answer = await connection.ReadAnswerAsync(limit.Token);
                if (answer?.Status == 202) Accepted++;
                else Otherwise.Add(answer is null ? "closed" : $"{answer.Status} {answer.Text}");
                if (watch.Elapsed > Slowest) Slowest = watch.Elapsed;
            }
            catch (Exception broken) when (broken is IOException or OperationCanceledException or System.Net.Sockets.SocketException)
            {
                Otherwise.Add(broken.Message);
            }
            await Task.Delay(Interval);
        }
    }
}
