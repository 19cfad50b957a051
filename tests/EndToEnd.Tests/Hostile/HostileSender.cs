using System.Collections.Concurrent;
using System.Net.Sockets;
using System.Security.Authentication;
using HostAtlas.TestSupport.Clients;
using HostAtlas.TestSupport.Processes;

namespace HostAtlas.EndToEnd.Tests.Hostile;

/// <summary>Sends hostile requests, several at a time, and books what came back: by kind and status, 0 for a closed connection.</summary>
internal sealed class HostileSender(PlatformProcess platform, WatchedServer server)
{
    private static readonly TimeSpan AnswerLimit = TimeSpan.FromSeconds(20);

    /// <summary>How many answers of which status each kind got.</summary>
    public ConcurrentDictionary<(string Kind, int Status), int> Answers { get; } = new();

    /// <summary>Sends that many, with so many senders at once.</summary>
    public Task SendAsync(int count, int senders, int seed) =>
        Task.WhenAll(Enumerable.Range(0, senders).Select(number => Task.Run(async () =>
    {
        var requests = new HostileRequests(new Random(seed + number), server, platform.Url.Authority);
        WireConnection? connection = null;
        for (var i = 0; i < count / senders; i++) connection = await SendOneAsync(requests.Next(), connection);
        if (connection is not null) await connection.DisposeAsync();
    })));

    /// <summary>Gives the connection back when it is still good for another request.</summary>
    private async Task<WireConnection?> SendOneAsync(HostileRequest request, WireConnection? connection)
    {
        using var limit = new CancellationTokenSource(AnswerLimit);
        var status = 0;
        var kept = false;
        connection ??= await platform.ConnectAsync(limit.Token);
        try
        {
            await connection.SendAsync(request.Wire, limit.Token);
            if (request.Ending == Ending.Answer && await connection.ReadAnswerAsync(limit.Token) is { } answer)
            {
                status = answer.Status;
                kept = !answer.Headers["Connection"].Contains("close");
            }
        }
        catch (Exception closed) when (closed is IOException or SocketException or AuthenticationException)
        {
            // The platform may close on such bytes; that is an answer too. That it never lets a sender wait, the limit checks: it throws
            // through.
        }
        Answers.AddOrUpdate((request.Kind, status), 1, (_, n) => n + 1);
        if (kept) return connection;
        await connection.DisposeAsync();
        return null;
    }
}
