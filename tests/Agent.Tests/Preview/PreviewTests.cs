using System.Text;
using System.Text.Json;
using HostAtlas.Agent.Credentials;
using HostAtlas.Agent.Tests.CommandLine;
using HostAtlas.Agent.Tests.Platform;
using HostAtlas.Shared.Wire;
using HostAtlas.TestSupport;

namespace HostAtlas.Agent.Tests.Preview;

public sealed class PreviewTests : IAsyncLifetime
{
    private const string PollPath = "/api/agent/commands/poll";

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);
    private readonly AgentUnderTest _agent = new();
    private readonly TestAuthority _authority = new();
    private TestPlatform _platform = null!;

    [Fact]
    public async Task It_shows_the_very_bytes_that_go_over_the_wire_next_and_changes_nothing()
    {
        // Reports and lines wait, because the platform takes none.
        _platform.Refuse = (_, context) => TestPlatform.ProblemAsync(context, 503, ProblemSlug.EngineBusy, retryAfterSeconds: 1);
        _platform.RefuseLines = (_, context) => TestPlatform.ProblemAsync(context, 503, ProblemSlug.EngineBusy, retryAfterSeconds: 1);
        await File.AppendAllLinesAsync(Log, Enumerable.Range(0, 100).Select(i => $"line {i} password=x{i}y{i}z{i}"));
        await RunUntilAsync(HasBoth);
        var before = Snapshot();
        Assert.Equal(0, await _agent.RunAsync(["preview", "--json"]));
        Assert.Equal(before, Snapshot());
        var shown = _agent.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => JsonDocument.Parse(line).RootElement).ToList();
        Assert.Equal([TestPlatform.Path, TestPlatform.LogsPath, TestPlatform.InventoryPath, PollPath],
            shown.Select(r => r.GetProperty("path").GetString()));
        // An inventory is not spooled: it is taken when it is sent; and so is a question made when it is asked.
        shown.RemoveRange(2, 2);
        Assert.All(shown, r => Assert.True(r.GetProperty("waiting").GetBoolean()));
        Assert.DoesNotContain("hat_", _agent.Output, StringComparison.Ordinal);

        _platform.Raw.Clear();
        await RunUntilAsync(HasBoth);
        foreach (var request in shown)
        {
            var sent = _platform.Raw.First(r => r.Path == request.GetProperty("path").GetString());
            Assert.Equal(sent.Body, request.GetProperty("bodyBase64").GetBytesFromBase64());
            var headers = request.GetProperty("headers").EnumerateObject().ToDictionary(h => h.Name, h => h.Value.GetString()!);
            Assert.Equal(sent.Headers.Keys.Order(StringComparer.Ordinal), headers.Keys.Order(StringComparer.Ordinal));
            foreach (var (name, value) in headers.Where(h => !h.Value.Contains('<', StringComparison.Ordinal)))
                Assert.Equal(sent.Headers[name], value);
        }
    }

    [Fact]
    public async Task The_headers_stand_as_they_are_sent_and_the_question_for_commands_is_among_the_requests()
    {
        await using var platform = new RawPlatform(_authority.Sign(), request => request.WriteAsync(RawPlatform.Accepted));
        await ConfigureAsync(platform.Url, logs: false);
        string? Head(string path) => platform.Heads.FirstOrDefault(head => head.StartsWith($"POST {path} ", StringComparison.Ordinal));
        await RunUntilAsync(() => Head(TestPlatform.Path) is not null && Head(PollPath) is not null);

        Assert.Equal(0, await _agent.RunAsync(["preview", "--json"]));
        var shown = _agent.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => JsonDocument.Parse(line).RootElement).ToDictionary(r => r.GetProperty("path").GetString()!);
        foreach (var path in new[] { TestPlatform.Path, PollPath })
        {
            var sent = Head(path)!.Split("\r\n", StringSplitOptions.RemoveEmptyEntries)[1..].Select(line => line.Split(':')[0]);
            // Whether a body is worth compressing depends on the moment.
            Assert.Equal(sent.Where(name => name != "Content-Encoding"), shown[path].GetProperty("headers").EnumerateObject()
                .Select(header => header.Name).Where(name => name != "Content-Encoding"));
        }
        using var poll = JsonDocument.Parse(shown[PollPath].GetProperty("bodyBase64").GetBytesFromBase64());
        Assert.Equal(50, poll.RootElement.GetProperty("wait").GetInt32());
        Assert.NotEqual(Guid.Empty, poll.RootElement.GetProperty("request").GetGuid());
    }

    [Fact]
    public async Task Before_the_first_start_and_without_a_platform_it_shows_what_would_be_sent_now()
    {
        Directory.Delete(_agent.State, recursive: true);
        await _platform.DisposeAsync();
        await File.AppendAllLinesAsync(Log, ["user root password=hunter2-and-more", "all is well"]);
        Assert.Equal(0, await _agent.RunAsync(["preview"]));
        Assert.Contains("POST /api/agent/metrics HTTP/1.1\n", _agent.Output, StringComparison.Ordinal);
        Assert.Contains("\"cpu.cores\":", _agent.Output, StringComparison.Ordinal);
        Assert.Contains("user root password=[FILTERED]", _agent.Output, StringComparison.Ordinal);
        Assert.Contains("# Nothing waits", _agent.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", _agent.Output, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_agent.State));
        Assert.Empty(_platform.Raw);
    }

    public async Task InitializeAsync()
    {
        _platform = await TestPlatform.StartAsync(_authority.Sign());
        _platform.Tokens[TestTokens.Agent()] = true;
        Directory.CreateDirectory(Path.GetDirectoryName(Log)!);
        await ConfigureAsync(_platform.Url, logs: true);
        StateFolder.OpenOrCreate(_agent.State).WriteToken(TestTokens.Parsed());
    }

    public async Task DisposeAsync()
    {
        await _platform.DisposeAsync();
        _agent.Dispose();
    }

    private async Task ConfigureAsync(Uri url, bool logs)
    {
        var ca = _agent.File("ca.pem");
        await File.WriteAllTextAsync(ca, _authority.Pem);
        await File.WriteAllTextAsync(_agent.Config, $"url = \"{url.ToString().TrimEnd('/')}\"\nca = \"{ca}\"\ninterval = \"1s\"\n"
            + (logs ? $"[logs]\nfiles = [\"{Log}\"]\n" : ""));
    }

    private bool HasBoth() => new[] { TestPlatform.Path, TestPlatform.LogsPath }.All(path => _platform.Raw.Any(r => r.Path == path));

    private string Log => Path.Combine(_agent.File("logs"), "app.log");

    private Dictionary<string, string> Snapshot() => Directory.EnumerateFiles(_agent.State, "*", SearchOption.AllDirectories)
        .ToDictionary(file => file, file => Encoding.Latin1.GetString(File.ReadAllBytes(file)));

    private async Task RunUntilAsync(Func<bool> holds)
    {
        using var stop = new CancellationTokenSource();
        var running = _agent.RunAsync(["run"], stop: stop.Token);
        await Poll.UntilAsync("the run to get there", Limit, () => Task.FromResult(running.IsCompleted || holds()));
        await stop.CancelAsync();
        Assert.Equal(0, await running);
    }
}
