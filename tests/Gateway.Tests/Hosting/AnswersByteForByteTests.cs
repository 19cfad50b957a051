using System.Data.Common;
using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using HostAtlas.Engine.Metrics;
using HostAtlas.Gateway.People.Events;
using HostAtlas.TestSupport;
using HostAtlas.TestSupport.Clients;
using Microsoft.Extensions.DependencyInjection;

namespace HostAtlas.Gateway.Tests.Hosting;

/// <summary>
/// The head of every kind of answer, byte for byte, over a bare TLS socket: what a client's library would sort and spell in its own way is
/// seen here as it came. The expected heads lie in <c>tests/Vectors/answers</c>; <c>…</c> stands for what differs each time, and its form
/// is checked.
/// </summary>
public sealed partial class AnswersByteForByteTests : IAsyncLifetime
{
    private const string SameOrigin = "Content-Type: application/json\r\nSec-Fetch-Site: same-origin\r\n";

    private readonly TestPlatform _platform = new()
    {
        Adjust = services => services
        .AddSingleton<IMetricsReader>(new FaultyReader())
        .AddSingleton(EventStreamTimes.Default with { Recheck = TimeSpan.FromMilliseconds(100) })
    };
    private string _cookie = "", _server = "", _token = "";

    public async Task InitializeAsync()
    {
        await _platform.InitializeAsync();
        var invitation = (await File.ReadAllTextAsync(Path.Combine(_platform.Data, "invitation"))).Trim();
        var setUp = await AnswerAsync("POST", "/api/setup", SameOrigin, JsonSerializer.Serialize(
            new { invitation, team = "Acme", email = "ada@example.org", password = "four words in a row" }));
        AssertHead("201-set-up", setUp);
        _cookie = $"Cookie: {setUp.Headers["Set-Cookie"].Single().Split(';')[0]}\r\n";
        var added = await AnswerAsync("POST", "/api/servers", _cookie + SameOrigin, """{"name": "web-1"}""");
        AssertHead("201-server", added);
        using var server = JsonDocument.Parse(added.Body);
        (_server, _token) = (server.RootElement.GetProperty("id").GetString()!, server.RootElement.GetProperty("token").GetString()!);
    }

    public Task DisposeAsync() => _platform.DisposeAsync();

    [Fact]
    public async Task Every_kind_of_answer_has_this_head_and_no_other()
    {
        AssertHead("200-session", await AnswerAsync("GET", "/api/session", _cookie));
        AssertHead("200-page", await AnswerAsync("GET", "/favicon.svg"));
        AssertHead("200-page-head", await AnswerAsync("HEAD", "/favicon.svg"));
        var tag = (await AnswerAsync("GET", "/favicon.svg")).Headers["ETag"].Single();
        AssertHead("304-page", await AnswerAsync("GET", "/favicon.svg", $"If-None-Match: {tag}\r\n"));
        AssertHead("400-no-json", await AnswerAsync("POST", "/api/session", SameOrigin, "{"));
        AssertHead("401-nobody", await AnswerAsync("GET", "/api/session"));
        AssertHead("401-no-key", await AnswerAsync("GET", "/api/servers", "Authorization: Bearer hak_x\r\n"));
        AssertHead("403-cross-site", await AnswerAsync("POST", "/api/session", "Content-Type: application/json\r\n", "{}"));
        AssertHead("404-api", await AnswerAsync("GET", "/api/nothing"));
        AssertHead("404-vault", await AnswerAsync("GET", "/vault/nothing"));
        AssertHead("404-page", await AnswerAsync("GET", "/nothing"));
        AssertHead("404-with-session", await AnswerAsync("GET", "/api/servers/7", _cookie));
        AssertHead("405-api", await AnswerAsync("DELETE", "/api/setup"));
        AssertHead("405-page", await AnswerAsync("POST", "/", SameOrigin, "{}"));
        AssertHead("422-content", await AnswerAsync("POST", "/api/session", SameOrigin, "{}"));
        AssertHead("500-failed", await AnswerAsync("GET", $"/api/servers/{_server}/metrics", _cookie));
        AssertHead("503-store-away", await AnswerAsync("GET", $"/api/servers/{_server}/metrics?step=7", _cookie));
        await using var events = await _platform.ConnectAsync();
        await events.SendAsync(Encoding.ASCII.GetBytes($"GET /api/events HTTP/1.1\r\nHost: a\r\n{_cookie}\r\n"));
        AssertHead("204-signed-out", await AnswerAsync("DELETE", "/api/session", _cookie + SameOrigin, "{}"));
        // Whole, up to its last chunk: it ended with the session. Or it came too late for it, on a busy machine.
        var stream = (await events.ReadAnswerAsync())!;
        if (stream.Status == 200) Assert.StartsWith("retry: 2000\n\nid: ", stream.Text, StringComparison.Ordinal);
        AssertHead(stream.Status == 200 ? "200-events" : "401-nobody", stream);
    }

    [Fact]
    public async Task So_have_those_to_agents()
    {
        var agent = new WatchedServer(_server, _token);
        var now = TimeProvider.System.GetUtcNow();
        AssertHead("202-reports", await SendAsync(agent.MetricsRequest("a", now, """{"cpu": 1}"""u8)));
        var squeezed = Encoding.ASCII.GetString(agent.MetricsRequest("a", now, """{"cpu": 2}"""u8));
        AssertHead("415-encoding", await SendAsync(Encoding.ASCII.GetBytes(
            squeezed.Replace("Content-Type", "Content-Encoding: br\r\nContent-Type", StringComparison.Ordinal))));
        AssertHead("401-clock", await SendAsync(agent.MetricsRequest("a", now.AddHours(1), """{"cpu": 3}"""u8)));
        AssertHead("400-headers", await AnswerAsync("POST", "/api/agent/metrics"));
    }

    [Fact]
    public async Task A_body_that_is_too_large_is_refused_before_it_is_sent()
    {
        AssertHead("413-people", await SendAsync(Encoding.ASCII.GetBytes(
            $"POST /api/session HTTP/1.1\r\nHost: a\r\n{SameOrigin}Content-Length: 2000000\r\n\r\n")));
        AssertHead("413-agents", await SendAsync(
            "POST /api/agent/metrics HTTP/1.1\r\nHost: a\r\nContent-Length: 2000000\r\n\r\n"u8.ToArray()));
    }

    [Theory]
    [InlineData("400-bare", "GET / HTTP/1.1\r\n\r\n")]
    [InlineData("400-bare", "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n")]
    [InlineData("400-bare", "GET / HTTP/1.1\r\nHost: a\r\nno colon\r\n\r\n")]
    [InlineData("400-bare", "nonsense\r\n\r\n")]
    [InlineData("505-bare", "GET / HTTP/9.9\r\nHost: a\r\n\r\n")]
    public async Task Bytes_that_never_became_a_request_get_a_bare_status(string head, string bytes) =>
        AssertHead(head, await SendAsync(Encoding.ASCII.GetBytes(bytes)));

    private Task<WireAnswer> AnswerAsync(string method, string path, string headers = "", string? body = null)
    {
        var length = method is "POST" or "DELETE" ? $"Content-Length: {Encoding.UTF8.GetByteCount(body ?? "")}\r\n" : "";
        return SendAsync(
            Encoding.UTF8.GetBytes($"{method} {path} HTTP/1.1\r\nHost: a\r\n{headers}{length}\r\n{body}"), method == "HEAD");
    }

    private async Task<WireAnswer> SendAsync(byte[] bytes, bool isHead = false)
    {
        await using var wire = await _platform.ConnectAsync();
        await wire.SendAsync(bytes);
        return (await wire.ReadAnswerAsync(isHead: isHead))!;
    }

    private static void AssertHead(string name, WireAnswer answer)
    {
        var expected = File.ReadAllText(Path.Combine(Repository.Root, "tests", "Vectors", "answers", name + ".txt"));
        Assert.Equal(expected, string.Join('\n', answer.Head.Select(line => Masked(line, answer.Body.Length))) + "\n");
    }

    /// <summary>What differs each time is replaced only where it has its form.</summary>
    private static string Masked(string line, int bodyBytes) => line.Split(": ", 2) switch
    {
        ["Content-Length", not "0"] when bodyBytes == 0 || line.EndsWith($" {bodyBytes}", StringComparison.Ordinal) =>
            "Content-Length: …",
        ["Date", var date] when IsDate(date) => "Date: …",
        ["X-Request-Id", var id] when RequestId().IsMatch(id) => "X-Request-Id: …",
        ["ETag", var tag] when Tag().IsMatch(tag) => "ETag: \"…\"",
        ["Location", var place] => "Location: " + Id().Replace(place, "…"),
        ["Set-Cookie", var cookie] => "Set-Cookie: " + Cookie().Replace(cookie, "$1…"),
        _ => line,
    };

    private static bool IsDate(string text) =>
        DateTimeOffset.TryParseExact(text, "R", CultureInfo.InvariantCulture, DateTimeStyles.None, out _);

    [GeneratedRegex("^[0-9a-f]{16}$")]
    private static partial Regex RequestId();

    [GeneratedRegex("^\"[0-9a-f]{32}\"$")]
    private static partial Regex Tag();

    [GeneratedRegex("[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$")]
    private static partial Regex Id();

    [GeneratedRegex("^(hostatlas_session=)[A-Za-z0-9_-]{43}(?=;)")]
    private static partial Regex Cookie();

    /// <summary>Fails in both ways in which reading can: for a reason that passes, and for one that nobody foresaw.</summary>
    private sealed class FaultyReader : IMetricsReader
    {
        public Task<MetricsAnswer> QueryAsync(MetricsQuery query, CancellationToken cancellation) =>
            query.StepSeconds == 7 ? throw new StoreAwayException() : throw new InvalidOperationException("the secret reason");
    }

    private sealed class StoreAwayException : DbException;
}
