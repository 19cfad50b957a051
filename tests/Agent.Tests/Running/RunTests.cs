using System.Text.Json;
using HostAtlas.Agent.Credentials;
using HostAtlas.Agent.Spool;
using HostAtlas.Agent.Status;
using HostAtlas.Agent.Tests.CommandLine;
using HostAtlas.Agent.Tests.Platform;
using HostAtlas.Shared.Wire;
using HostAtlas.TestSupport;
using HostAtlas.TestSupport.Processes;
using Microsoft.AspNetCore.Http;

namespace HostAtlas.Agent.Tests.Running;

/// <summary>The real process against a real TLS server.</summary>
public sealed class RunTests : IAsyncLifetime
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(40);
    private static readonly string Token = TestTokens.Agent();
    private readonly AgentUnderTest _agent = new();
    private readonly TestAuthority _authority = new();
    private TestPlatform _platform = null!;

    [Fact]
    public async Task It_sends_listens_on_nothing_stays_small_says_it_is_well_and_stops_when_told()
    {
        await using var process = Start();
        await Poll.UntilAsync("three reports", Limit, () => Task.FromResult(_platform.Stored.Count >= 3));
        await Poll.UntilAsync("a healthy status", Limit, async () => await _agent.RunAsync(["status", "--json"]) == 0);
        using var status = JsonDocument.Parse(_agent.Output);
        Assert.True(status.RootElement.GetProperty("running").GetBoolean());
        Assert.Equal(TestTokens.Parsed().Server.ToString(), status.RootElement.GetProperty("server").GetString());
        Assert.Contains("cpu", string.Join(' ', _platform.Stored.First().Value.Keys), StringComparison.Ordinal);

        Assert.Empty(ProcessFigures.ListeningPorts(process.Id));
        Assert.InRange(ProcessFigures.ResidentBytes(process.Id), 1, 100L << 20);
        Assert.Equal(1, await _agent.RunAsync(["run"]));
        Assert.Contains("another agent runs", _agent.Errors, StringComparison.Ordinal);

        var finished = await process.TerminateAsync(TimeSpan.FromSeconds(10));
        Assert.Equal(0, finished.ExitCode);
        Assert.DoesNotContain("hat_", finished.LastWords, StringComparison.Ordinal);
        Assert.Equal(1, await _agent.RunAsync(["status"]));
        Assert.Contains("not running", _agent.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Killed_at_any_moment_it_sends_every_report_once()
    {
        // The platform takes batches and loses half of its answers: the worst for whoever counts.
        var turn = 0;
        _platform.Refuse = (batch, context) =>
        {
            switch (Interlocked.Increment(ref turn) % 3)
            {
                case 0: return TestPlatform.ProblemAsync(context, 503, ProblemSlug.EngineBusy, retryAfterSeconds: 1);
                case 1:
                    foreach (var report in batch.Reports) _platform.Stored[(report.At, batch.Batch)] = report.Values;
                    context.Abort();
                    return Task.FromResult(true);
                default: return Task.FromResult(false);
            }
        };
        var spooled = new HashSet<long>();
        foreach (var seen in new[] { 1, 2, 3, 5, 6 })
        {
            await using var process = Start();
            var target = _platform.Seen.Count + seen;
            await Poll.UntilAsync("some requests", Limit, () => Task.FromResult(_platform.Seen.Count >= target));
            await process.KillAsync();
            spooled.UnionWith(WaitingTimes());
        }
        _platform.Refuse = null;
        await using (var process = Start())
        {
            await Poll.UntilAsync("an empty spool", Limit, () => Task.FromResult(
                spooled.IsSubsetOf(_platform.Stored.Keys.Select(k => k.At)) && ReportSpool.Inspect(SpoolFolder, 1)!.Reports == 0));
            await process.TerminateAsync(TimeSpan.FromSeconds(10));
        }
        Assert.NotEmpty(spooled);
        var twice = _platform.Stored.Keys.GroupBy(k => k.At).Where(g => g.Count() > 1).Select(g => g.Key);
        Assert.Empty(twice);
        var level = ReportSpool.Inspect(SpoolFolder, 1)!;
        Assert.Equal((0, 0, 0), (level.Gap.Reports, level.DamagedReports, level.RefusedReports));
    }

    [Fact]
    public async Task A_rejected_token_is_kept_and_a_new_one_is_taken_without_a_restart()
    {
        _platform.Tokens.Clear();
        using var stop = new CancellationTokenSource();
        var running = _agent.RunAsync(["run"], stop: stop.Token);
        var state = StateFolder.OpenOrCreate(_agent.State);
        await Poll.UntilAsync("the fault in the status", Limit, () => Task.FromResult(
            AgentStatus.Load(state.StatusPath)?.Fault?.Code == "credentials-rejected"));
        Assert.Equal(Token, state.ReadToken()!.Reveal());
        _platform.Tokens[TestTokens.Agent(2)] = true;
        state.WriteToken(TestTokens.Parsed(2));
        await Poll.UntilAsync("a report with the new token", Limit, () => Task.FromResult(!_platform.Stored.IsEmpty));
        await stop.CancelAsync();
        Assert.Equal(0, await running);
        Assert.Contains("hostatlas-agent enroll", _agent.Errors, StringComparison.Ordinal);
        Assert.Contains("go out again", _agent.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_clock_that_is_off_by_hours_still_reports_with_its_own_times()
    {
        _platform.ClockAhead = TimeSpan.FromHours(-5);
        var before = TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds();
        await RunUntilAsync(() => _platform.Stored.Count >= 2);
        Assert.All(_platform.Stored.Keys, k => Assert.True(k.At >= before));
    }

    [Fact]
    public async Task One_report_that_spoils_a_batch_is_set_aside_and_the_others_arrive()
    {
        // Reports wait first, so that they make one batch.
        _platform.Refuse = (_, context) => TestPlatform.ProblemAsync(context, 503, ProblemSlug.EngineBusy, retryAfterSeconds: 1);
        await RunUntilAsync(() => WaitingTimes().Count >= 4);
        var poison = WaitingTimes().Order().ElementAt(2);
        _platform.Refuse = (batch, context) => batch.Reports.Any(r => r.At == poison)
            ? TestPlatform.ProblemAsync(context, 422, ProblemSlug.InvalidContent) : Task.FromResult(false);
        await RunUntilAsync(() => ReportSpool.Inspect(SpoolFolder, 1)!.RefusedReports == 1 && _platform.Stored.Count >= 4);
        Assert.DoesNotContain(poison, _platform.Stored.Keys.Select(k => k.At));
        Assert.Contains("will not take a report", _agent.Errors, StringComparison.Ordinal);
    }

    public async Task InitializeAsync()
    {
        _platform = await TestPlatform.StartAsync(_authority.Sign());
        _platform.Tokens[Token] = true;
        var ca = _agent.File("ca.pem");
        await File.WriteAllTextAsync(ca, _authority.Pem);
        await File.WriteAllTextAsync(_agent.Config,
            $"url = \"{_platform.Url.ToString().TrimEnd('/')}\"\nca = \"{ca}\"\ninterval = \"1s\"\n");
        StateFolder.OpenOrCreate(_agent.State).WriteToken(TestTokens.Parsed());
    }

    public async Task DisposeAsync()
    {
        await _platform.DisposeAsync();
        _agent.Dispose();
    }

    private string SpoolFolder => Path.Combine(_agent.State, "spool");

    private ChildProcess Start() => ChildProcess.StartAssembly("Agent", ["run", "--config", _agent.Config, "--state", _agent.State]);

    private async Task RunUntilAsync(Func<bool> holds)
    {
        using var stop = new CancellationTokenSource();
        var running = _agent.RunAsync(["run"], stop: stop.Token);
        await Poll.UntilAsync("the run to get there", Limit, () => Task.FromResult(running.IsCompleted || holds()));
        await stop.CancelAsync();
        Assert.Equal(0, await running);
        Assert.True(holds());
    }

    // What lies in the spool and is not acknowledged, read past the agent's own code for it.
    private HashSet<long> WaitingTimes()
    {
        if (!Directory.Exists(SpoolFolder)) return [];
        var acknowledged = SpoolPlan.Load(Path.Combine(SpoolFolder, "plan"))?.Acknowledged ?? 0;
        return [.. Directory.GetFiles(SpoolFolder, "*.seg").SelectMany(f => RecordFraming.Scan(File.ReadAllBytes(f)).Records)
            .Where(r => r.Sequence > acknowledged).Select(r => r.AtMs)];
    }
}
