using System.Text.Json;
using HostAtlas.Agent.CommandLine;
using HostAtlas.Agent.Credentials;
using HostAtlas.Agent.Inventory;
using HostAtlas.Agent.Running;
using HostAtlas.Agent.Tests.Platform;
using HostAtlas.Agent.Uplink;
using HostAtlas.Shared;
using HostAtlas.Shared.Wire;
using HostAtlas.TestSupport;

namespace HostAtlas.Agent.Tests.Inventory;

public sealed class InventoryReporterTests : IAsyncLifetime, IDisposable
{
    private readonly LaidOutHost _host = new();
    private readonly TempFolder _folder = new();
    private readonly TestAuthority _authority = new();
    private readonly StringWriter _log = new();
    private TestPlatform _platform = null!;
    private PlatformClient _client = null!;
    private StateFolder _state = null!;

    public async Task InitializeAsync()
    {
        _platform = await TestPlatform.StartAsync(_authority.Sign());
        _platform.Tokens[TestTokens.Agent()] = true;
        var ca = _folder.File("ca.pem");
        await File.WriteAllTextAsync(ca, _authority.Pem);
        _client = new PlatformClient(_platform.Url, TlsTrust.TryLoad(ca, out _)!, null, TimeProvider.System);
        _state = StateFolder.OpenOrCreate(_folder.File("state"));
        _state.WriteToken(TestTokens.Parsed());
        _host.Write("/etc/crontab", "5 3 * * * root mysqldump -phunter2 db\n").Process(7, "x", "/bin/x\0");
    }

    public async Task DisposeAsync() => await _platform.DisposeAsync();

    public void Dispose()
    {
        _client.Dispose();
        _host.Dispose();
        _folder.Dispose();
        _log.Dispose();
    }

    [Fact]
    public async Task It_is_sent_signed_and_again_only_when_it_tells_something_new_or_a_day_has_passed()
    {
        using var reporter = Reporter();
        Assert.Equal(new InventoryOutcome(true, false, null), await RunAsync(reporter));
        Assert.Equal(new InventoryOutcome(false, true, null), await RunAsync(reporter));
        // Another process, another next run: nothing new.
        _host.Process(8, "y", "/bin/y\0", ticks: 50_000);
        _host.Time.Advance(TimeSpan.FromHours(20));
        Assert.True((await RunAsync(reporter)).Unchanged);
        _host.Write("/etc/cron.d/new", "* * * * * root /new\n");
        Assert.True((await RunAsync(reporter)).Sent);
        _host.Time.Advance(TimeSpan.FromHours(25));
        Assert.True((await RunAsync(reporter)).Sent);
        // A command of the platform asks for it whatever it tells.
        Assert.True((await reporter.RunOnceAsync(onlyWhenChanged: false, CancellationToken.None)).Sent);
        Assert.Equal([1, 2, 2, 2], _platform.Inventories.Select(one => one.Cron.Count));
        Assert.Equal(4, _platform.Inventories.Select(one => one.Request).Distinct().Count());
        Assert.Equal(_host.Time.GetUtcNow(), InventoryNote.Load(_state.InventoryPath)!.AcceptedAt);
    }

    [Fact]
    public async Task A_clock_that_is_wrong_is_set_right_for_the_signature_at_once()
    {
        _platform.ClockAhead = TimeSpan.FromMinutes(10);
        using var reporter = Reporter();
        Assert.True((await RunAsync(reporter)).Sent);
    }

    [Fact]
    public async Task A_refusal_is_noted_and_the_next_attempt_made_in_its_time()
    {
        _platform.Scripted.Enqueue(context => TestPlatform.ProblemAsync(context, 503, ProblemSlug.EngineBusy, retryAfterSeconds: 1200));
        _platform.Scripted.Enqueue(context => TestPlatform.ProblemAsync(context, 401, ProblemSlug.CredentialsRejected));
        using var reporter = Reporter();
        var busy = await RunAsync(reporter);
        Assert.Equal(("engine-busy", TimeSpan.FromMinutes(20)), (busy.Fault!.Code, busy.RetryAfter));
        Assert.True(InventoryLoop.Wait(1, busy.RetryAfter, 0) >= TimeSpan.FromMinutes(20));
        Assert.Equal("credentials-rejected", (await RunAsync(reporter)).Fault!.Code);
        var note = InventoryNote.Load(_state.InventoryPath)!;
        Assert.Null(note.AcceptedAt);
        Assert.Contains("rejects this agent's token", note.Fault, StringComparison.Ordinal);
        Assert.True((await RunAsync(reporter)).Sent);
        Assert.Null(InventoryNote.Load(_state.InventoryPath)!.Fault);
    }

    [Fact]
    public async Task What_is_shown_is_what_is_sent()
    {
        using var reporter = Reporter();
        var shown = JsonSerializer.Deserialize(reporter.Body(), WireJson.Default.InventoryReport)!;
        await RunAsync(reporter);
        var sent = _platform.Inventories.Single();
        Assert.Equal(JsonSerializer.Serialize(shown with { Request = sent.Request }, WireJson.Default.InventoryReport),
            JsonSerializer.Serialize(sent, WireJson.Default.InventoryReport));
        Assert.Equal("mysqldump -p[REDACTED] db", sent.Cron.Single().Command);
    }

    [Fact]
    public void What_is_larger_than_the_platform_takes_is_cut_and_says_so()
    {
        var chance = new Random(1);
        var items = Enumerable.Range(0, 3_000).Select(_ => new CronItem("@daily", "root",
            string.Concat(Enumerable.Range(0, 2_000).Select(_ => (char)chance.Next('a', 'z'))), "/etc/crontab", null, null, [])).ToList();
        var report = new InventoryReport(Guid.Empty, Nothing, items, [], new AgentFacts("1", LaidOutHost.Now), [], [], []);
        var json = InventoryBody.Write(report);
        Assert.True(InventoryBody.Encode(json).Bytes.Length <= Limits.RequestBodyBytes);
        var read = JsonSerializer.Deserialize(json, WireJson.Default.InventoryReport)!;
        Assert.InRange(read.Cron.Count, 100, 2_999);
        Assert.Contains(read.Faults, fault => fault.Source == "inventory");
    }

    [Theory]
    [InlineData(0, 60, 60)]
    [InlineData(1, 5, 6.25)]
    [InlineData(2, 10, 12.5)]
    [InlineData(3, 20, 25)]
    [InlineData(4, 40, 50)]
    [InlineData(40, 60, 60)]
    public void Attempts_come_less_often_the_longer_they_fail(int failures, double least, double most)
    {
        Assert.Equal(TimeSpan.FromMinutes(least), InventoryLoop.Wait(failures, null, 0));
        Assert.Equal(TimeSpan.FromMinutes(most), InventoryLoop.Wait(failures, null, 1));
    }

    private static HostFacts Nothing { get; } =
        new(null, null, null, null, null, null, null, null, null, null, null, null, null, null, null, false, [], null);

    private static Task<InventoryOutcome> RunAsync(InventoryReporter reporter) =>
        reporter.RunOnceAsync(onlyWhenChanged: true, CancellationToken.None);

    private InventoryReporter Reporter() =>
        new(_host.Collection(), _client, _state, new EventLog(_log, TimeProvider.System, json: false), _host.Time, new PlatformClock());
}
