using System.Net.Sockets;
using System.Security.Authentication;
using HostAtlas.TestSupport.Clients;
using HostAtlas.TestSupport.Processes;

namespace HostAtlas.EndToEnd.Tests.Crash;

/// <summary>
/// Sends batches of one server without end, each until it is acknowledged: a new timestamp and signature for every attempt, the batch id
/// kept.
/// It keeps book of what was acknowledged and of the very bytes that were.
/// </summary>
internal sealed class StubbornSender(PlatformProcess platform, WatchedServer server, DateTimeOffset start, int seed, Func<int, int> reserve)
{
    private const int ReportsPerBatch = 5, CapturesKept = 400;
    private static readonly TimeSpan AnswerLimit = TimeSpan.FromSeconds(12), PauseAfterFailure = TimeSpan.FromMilliseconds(50);
    private readonly Random _random = new(seed);
    private readonly Queue<CapturedRequest> _captured = new();
    private WireConnection? _connection;
    private int _acknowledged;

    /// <summary>Reports that were answered with 202.</summary>
    public HashSet<int> Acknowledged { get; } = [];

    /// <summary>How many they are; may be asked while it runs.</summary>
    public int AcknowledgedCount => Volatile.Read(ref _acknowledged);

    /// <summary>The last acknowledged requests, oldest first.</summary>
    public IReadOnlyCollection<CapturedRequest> Captured => _captured;

    /// <summary>Attempts that ended without a 202: the connection died, or another answer came.</summary>
    public int FailedAttempts { get; private set; }

    /// <summary>Of them, those that were told with 503 when to come again.</summary>
    public int ToldToWait { get; private set; }

    /// <summary>Answers that no retry may ever get, with their bodies.</summary>
    public List<string> WrongAnswers { get; } = [];

    /// <summary>The server it sends for.</summary>
    public WatchedServer Server => server;

    /// <summary>Goes on until told to stop; then finishes the batch it is at.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            var batch = new SentBatch(SentBatch.NewId(_random), reserve(ReportsPerBatch), ReportsPerBatch);
            await DeliverAsync(batch);
            await Task.Delay(_random.Next(5, 25), CancellationToken.None);
        }
        if (_connection is not null) await _connection.DisposeAsync();
    }

    private async Task DeliverAsync(SentBatch batch)
    {
        var body = batch.Body(start);
        for (var attempt = 0; ; attempt++)
        {
            // Two attempts within one second would have one signature; a second of its own, still inside the window, makes each attempt
            // new.
            var signedAt = TimeProvider.System.GetUtcNow().AddSeconds(-(attempt % 30));
            var wire = server.MetricsRequest(platform.Url.Authority, signedAt, body);
            var answer = await ExchangeAsync(wire);
            if (answer?.Status == 202)
            {
                Acknowledged.UnionWith(Enumerable.Range(batch.First, batch.Count));
                Volatile.Write(ref _acknowledged, Acknowledged.Count);
                Keep(new CapturedRequest(wire, signedAt.ToUnixTimeSeconds(), attempt == 0));
                await SometimesRepeatAsync(wire, body, attempt);
                return;
            }
            FailedAttempts++;
            if (answer is { Status: 503 } && answer.Headers["Retry-After"].Any()) ToldToWait++;
            else if (answer is { Status: not (409 or 429) })
            {
                WrongAnswers.Add($"{answer.Status} {answer.Text}");
                return;
            }
            await Task.Delay(PauseAfterFailure);
        }
    }

    /// <summary>One batch in eight is sent again, as a thief would (the same bytes) or as an agent that lost the answer (signed
    /// anew).</summary>
    private async Task SometimesRepeatAsync(byte[] wire, byte[] body, int attempt)
    {
        switch (_random.Next(16))
        {
            case 0 when await ExchangeAsync(wire) is { Status: not (409 or 503) } replay:
                WrongAnswers.Add($"a replay: {replay.Status} {replay.Text}");
                break;
            case 1:
                var anew = server.MetricsRequest(
                    platform.Url.Authority, TimeProvider.System.GetUtcNow().AddSeconds(-31 - (attempt % 10)), body);
                if (await ExchangeAsync(anew) is { Status: not (202 or 409 or 503) } retry) WrongAnswers.Add(
                    $"a retry: {retry.Status} {retry.Text}");
                break;
        }
    }

    private void Keep(CapturedRequest request)
    {
        _captured.Enqueue(request);
        if (_captured.Count > CapturesKept) _captured.Dequeue();
    }

    /// <summary>Null when the platform died under the request: nobody knows then whether it was kept.</summary>
    private async Task<WireAnswer?> ExchangeAsync(byte[] wire)
    {
        using var limit = new CancellationTokenSource(AnswerLimit);
        try
        {
            _connection ??= await platform.ConnectAsync(limit.Token);
            await _connection.SendAsync(wire, limit.Token);
            if (await _connection.ReadAnswerAsync(limit.Token) is { } answer) return answer;
        }
        catch (Exception died) when (died is IOException or SocketException or OperationCanceledException or AuthenticationException)
        {
            // The connection went down with the process; the next attempt makes a new one.
        }
        if (_connection is not null) await _connection.DisposeAsync();
        _connection = null;
        return null;
    }
}
