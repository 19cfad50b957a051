using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using HostAtlas.Shared.Signing;
using HostAtlas.TestSupport.Clients;
using HostAtlas.TestSupport.Processes;

namespace HostAtlas.EndToEnd.Tests.Crash;

/// <summary>
/// Runs backup after backup of one server, each step until it is answered for good. It keeps book of every object that was acknowledged and
/// of every snapshot that was.
/// </summary>
internal sealed class BackupSender(PlatformProcess platform, WatchedServer server, int seed) : IDisposable
{
    private static readonly TimeSpan PauseAfterFailure = TimeSpan.FromMilliseconds(50);
    private readonly Random _random = new(seed);
    private readonly HttpClient _http = NewHttpClient(platform);
    private readonly Dictionary<string, int> _sizes = [];
    private List<string> _last = [];
    private string? _head;

    /// <summary>Objects whose PUT was answered 201, with their SHA-256.</summary>
    public Dictionary<string, string> Put { get; } = [];

    /// <summary>Snapshots whose commit was answered 201, with what each needs.</summary>
    public Dictionary<string, IReadOnlyList<string>> Committed { get; } = [];

    /// <summary>Attempts that ended without an answer, or with one that says to come again.</summary>
    public int FailedAttempts { get; private set; }

    /// <summary>Answers that no step may ever get.</summary>
    public List<string> WrongAnswers { get; } = [];

    /// <summary>Goes on until told to stop; then finishes the run it is at.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested && WrongAnswers.Count == 0) await RunOnceAsync();
    }

    /// <summary>Calls an endpoint until it answers for good.</summary>
    public async Task<(HttpStatusCode Status, JsonElement Body)> CallAsync(string endpoint, Dictionary<string, object?> members)
    {
        while (true)
        {
            var answer = await TryAsync(async () =>
            {
                // Fresh with each attempt: what was refused or lost is signed anew.
                members["request"] = NewId();
                return await _http.SendAsync(Signed("/api/agent/backups/" + endpoint, JsonSerializer.SerializeToUtf8Bytes(members)));
            });
            if (answer is { } final) return final;
            await Task.Delay(PauseAfterFailure);
        }
    }

    /// <summary>An object's bytes by a fresh ticket.</summary>
    public async Task<byte[]> DownloadAsync(string name)
    {
        var (_, body) = await CallAsync("downloads", new() { ["objects"] = new[] { name } });
        return await _http.GetByteArrayAsync(new Uri(body.GetProperty("tickets")[0].GetProperty("url").GetString()!));
    }

    public void Dispose() => _http.Dispose();

    private async Task RunOnceAsync()
    {
        var run = NewId();
        var fresh = Enumerable.Range(0, _random.Next(2, 8)).ToDictionary(
            i => $"{(i == 0 ? "snapshots" : "packs")}/{NewId()}", _ => RandomNumberGenerator.GetBytes(_random.Next(100, 200_000)));
        var reused = _last.Where(_ => _random.Next(2) == 0).ToList();
        if (!await ExpectAsync(HttpStatusCode.OK, "begin", new() { ["snapshot"] = run, ["parent"] = _head })) return;
        var uploads = new Dictionary<string, object?>
        {
            ["snapshot"] = run,
            ["objects"] = fresh.Select(one => new { name = one.Key, size = one.Value.Length, sha256 = Hash(one.Value) }).ToArray(),
            ["reused"] = reused,
        };
        while (true)
        {
            var (status, body) = await CallAsync("uploads", uploads);
            if (status != HttpStatusCode.OK || body.GetProperty("gone").GetArrayLength() > 0)
            {
                WrongAnswers.Add($"uploads: {status} {body}");
                return;
            }
            var tickets = body.GetProperty("tickets").EnumerateArray().ToList();
            if (tickets.Count == 0) break;
            foreach (var ticket in tickets)
            {
                var name = ticket.GetProperty("name").GetString()!;
                if (Put.ContainsKey(name)) WrongAnswers.Add($"{name} was acknowledged and is asked for again.");
                var answer = await TryAsync(() => _http.PutAsync(new Uri(ticket.GetProperty("url").GetString()!),
                    new ByteArrayContent(fresh[name])));
                if (answer is { Status: HttpStatusCode.Created }) Put[name] = Hash(fresh[name]);
                else if (answer is { Status: not HttpStatusCode.Conflict } wrong) WrongAnswers.Add($"PUT: {wrong.Status} {wrong.Body}");
            }
        }
        var needed = fresh.Keys.Concat(reused).ToList();
        // Those whose answer was lost are answered "present" by now, which says the same.
        foreach (var (name, bytes) in fresh) (Put[name], _sizes[name]) = (Hash(bytes), bytes.Length);
        if (!await ExpectAsync(HttpStatusCode.Created, "commit", new()
        {
            ["snapshot"] = run,
            ["snapshotObject"] = fresh.Keys.First(),
            ["objects"] = needed.Count,
            ["bytes"] = needed.Sum(name => (long)_sizes[name]),
        })) return;
        Committed[run] = needed;
        (_head, _last) = (run, needed.Where(name => name.StartsWith("packs", StringComparison.Ordinal)).Take(20).ToList());
    }

    private async Task<bool> ExpectAsync(HttpStatusCode status, string endpoint, Dictionary<string, object?> members)
    {
        var answer = await CallAsync(endpoint, members);
        if (answer.Status != status) WrongAnswers.Add($"{endpoint}: {answer.Status} {answer.Body}");
        return answer.Status == status;
    }

    /// <summary>Null when nobody knows what came of it, or when the answer says to come again.</summary>
    private async Task<(HttpStatusCode Status, JsonElement Body)?> TryAsync(Func<Task<HttpResponseMessage>> attempt)
    {
        try
        {
            using var answer = await attempt();
            var text = await answer.Content.ReadAsStringAsync();
            if (answer.StatusCode is not (HttpStatusCode.ServiceUnavailable or HttpStatusCode.TooManyRequests)
                && !text.Contains("request-replayed", StringComparison.Ordinal))
                return (answer.StatusCode, text.Length == 0 ? default : JsonDocument.Parse(text).RootElement);
        }
        catch (Exception died) when (died is HttpRequestException or IOException or SocketException or TaskCanceledException)
        {
            // The connection went down with the process.
        }
        FailedAttempts++;
        return null;
    }

    private HttpRequestMessage Signed(string path, byte[] body)
    {
        var timestamp = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        var request = new HttpRequestMessage(HttpMethod.Post, new Uri(path, UriKind.Relative)) { Content = new ByteArrayContent(body) };
        request.Headers.TryAddWithoutValidation("Authorization", "Bearer " + server.Token);
        request.Headers.Add("X-Timestamp", timestamp);
        request.Headers.Add("X-Signature", RequestSigning.Sign(server.Token, "POST", path, timestamp, body));
        return request;
    }

    private string NewId() => SentBatch.NewId(_random).ToString();

    private static HttpClient NewHttpClient(PlatformProcess platform) => platform.NewHttpClient();

    private static string Hash(byte[] bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));
}
