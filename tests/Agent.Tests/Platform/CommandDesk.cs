using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json;
using HostAtlas.Agent.Spool;
using HostAtlas.Shared.Signing;
using HostAtlas.Shared.Wire;
using Microsoft.AspNetCore.Http;

namespace HostAtlas.Agent.Tests.Platform;

/// <summary>A platform's part for commands: one is handed out with each poll until its result arrives. Signatures are checked.</summary>
internal sealed class CommandDesk(string token)
{
    private readonly ConcurrentDictionary<string, string> _open = new();
    private int _polls;

    /// <summary>Polls that were answered or wait for an answer.</summary>
    public int Polls => _polls;

    /// <summary>What the agent said, in order.</summary>
    public ConcurrentQueue<(string Id, string Status, string Detail)> Results { get; } = new();

    /// <summary>Requests that no agent should make.</summary>
    public ConcurrentQueue<string> Faults { get; } = new();

    /// <summary>Bytes to answer polls with instead; null: the open commands.</summary>
    public Func<HttpContext, Task>? Poll { get; set; }

    /// <summary>Results are answered 503 as long as this holds.</summary>
    public bool LosesResults { get; set; }

    /// <summary>Issues a command; its id.</summary>
    public string Issue(string kind, string arguments = "{}", TimeSpan age = default)
    {
        var id = BatchId.Draw().ToString("D");
        var at = (TimeProvider.System.GetUtcNow() - age).ToString("O", CultureInfo.InvariantCulture);
        Put(id, $"{{\"id\":\"{id}\",\"kind\":\"{kind}\",\"arguments\":{arguments},\"issuedAt\":\"{at}\"}}");
        return id;
    }

    /// <summary>Hands out any text in a command's place.</summary>
    public void Put(string id, string command) => _open[id] = command;

    /// <summary>The results of one command.</summary>
    public IReadOnlyList<string> StatusOf(string id) => [.. Results.Where(r => r.Id == id).Select(r => r.Status)];

    /// <summary>Answers what is of its part; false: it is not.</summary>
    public async Task<bool> AnswerAsync(HttpContext context, byte[] body)
    {
        var path = context.Request.Path.Value!;
        if (!path.StartsWith("/api/agent/commands/", StringComparison.Ordinal)) return false;
        var signature = RequestSigning.Sign(token, "POST", path, context.Request.Headers["X-Timestamp"].ToString(), body);
        if (context.Request.Headers["X-Signature"] != signature) Faults.Enqueue($"{path}: not signed as it should be");
        if (path == "/api/agent/commands/poll") await PollAsync(context, JsonSerializer.Deserialize(body, WireJson.Default.CommandPoll)!);
        else await ResultAsync(context, path, JsonSerializer.Deserialize(body, WireJson.Default.CommandResult)!);
        return true;
    }

    private async Task PollAsync(HttpContext context, CommandPoll poll)
    {
        Interlocked.Increment(ref _polls);
        if (Poll is { } other)
        {
            await other(context);
            return;
        }
        try
        {
            await TestSupport.Poll.UntilAsync("a command", TimeSpan.FromSeconds(poll.Wait),
                () => Task.FromResult(!_open.IsEmpty || Poll is not null || context.RequestAborted.IsCancellationRequested));
        }
        catch (TimeoutException)
        {
            // An empty answer.
        }
        await context.Response.WriteAsync($"{{\"commands\":[{string.Join(',', _open.Values)}]}}");
    }

    private async Task ResultAsync(HttpContext context, string path, CommandResult result)
    {
        var id = path.Split('/')[^2];
        if (LosesResults)
        {
            await TestPlatform.ProblemAsync(context, 503, ProblemSlug.EngineBusy, retryAfterSeconds: 1);
            return;
        }
        Results.Enqueue((id, result.Status, result.Detail));
        _open.TryRemove(id, out _);
        context.Response.StatusCode = 202;
    }
}
