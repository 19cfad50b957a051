using System.Text.Json;
using HostAtlas.Agent.Credentials;
using HostAtlas.Agent.Tests.Backup.Run;
using HostAtlas.Agent.Tests.Platform;
using HostAtlas.Shared.Wire;
using HostAtlas.TestSupport;
using Microsoft.AspNetCore.Http;

namespace HostAtlas.Agent.Tests.Commands;

/// <summary>The running agent and a real TLS server that hands out commands; backups are real ones.</summary>
public sealed class CommandLaneTests : IAsyncLifetime
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);
    private readonly CommandDesk _desk = new(TestTokens.Agent());
    private BackupHost _host = null!;
    private int _reports, _inventories;

    [Fact]
    public async Task Each_is_done_or_refused_with_a_reason_and_the_reports_go_on()
    {
        var ping = _desk.Issue("agent.ping");
        var unknown = _desk.Issue("shell.run", "{\"command\":\"id\"}");
        var path = _desk.Issue("inventory.refresh", "{\"path\":\"/etc/shadow\"}");
        var old = _desk.Issue("agent.ping", age: TimeSpan.FromHours(2));
        var inventory = _desk.Issue("inventory.refresh");
        await RunUntilAsync(() => _desk.Results.Count >= 5 && _reports >= 2);
        Assert.Equal([CommandStatus.Done], _desk.StatusOf(ping));
        Assert.Equal([CommandStatus.Done], _desk.StatusOf(inventory));
        Assert.Equal(2, _inventories);
        foreach (var refused in new[] { unknown, path, old }) Assert.Equal([CommandStatus.Refused], _desk.StatusOf(refused));
        Assert.Contains(_desk.Results, r => r.Id == old && r.Detail.Contains("older than an hour", StringComparison.Ordinal));
        Assert.Empty(_desk.Faults);
    }

    [Fact]
    public async Task A_backup_and_a_verification_are_real_and_a_second_backup_at_once_is_refused()
    {
        var first = _desk.Issue("backup.run");
        await RunUntilAsync(() => _desk.StatusOf(first).Count > 0, async () =>
        {
            var second = _desk.Issue("backup.run");
            var verify = _desk.Issue("backup.verify", "{\"readDataPercent\":100}");
            await WaitAsync(() => _desk.StatusOf(second).Count > 0 && _desk.StatusOf(verify).Count > 0);
            Assert.Equal([CommandStatus.Refused], _desk.StatusOf(second));
            Assert.Equal([CommandStatus.Done], _desk.StatusOf(verify));
        });
        Assert.Equal([CommandStatus.Done], _desk.StatusOf(first));
        Assert.Single(_host.Platform.Chain);
        Assert.Contains(_desk.Results, r => r.Detail.Contains(_host.Platform.Chain[0].Fingerprint, StringComparison.Ordinal));
        Assert.Contains(_desk.Results, r => r.Detail.Contains("packs read and hashed", StringComparison.Ordinal));
        Assert.All(_desk.Results, r => Assert.DoesNotContain(_host.Root, r.Detail, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_command_that_comes_again_is_answered_with_its_old_result()
    {
        var id = _desk.Issue("agent.ping");
        await RunUntilAsync(() => _desk.StatusOf(id).Count > 0);
        // The same id asks for something else, after a restart.
        _desk.Put(id, $"{{\"id\":\"{id}\",\"kind\":\"backup.run\",\"arguments\":{{}},\"issuedAt\":{Now()}}}");
        await RunUntilAsync(() => _desk.StatusOf(id).Count > 1);
        Assert.Equal([CommandStatus.Done, CommandStatus.Done], _desk.StatusOf(id));
        Assert.Empty(_host.Platform.Chain);
    }

    [Fact]
    public async Task A_command_that_was_killed_is_not_run_again_and_says_so()
    {
        var (mark, gate) = (_host.Agent.File("began"), _host.Agent.File("gate"));
        // The run waits for a file that never comes, and leaves a line each time that it begins.
        await _host.ConfigureAsync($"pre = \"echo began >> {mark}; while [ ! -e {gate} ]; do sleep 0.1; done\"");
        var id = _desk.Issue("backup.run");
        await using (var process = _host.Start("run"))
        {
            await WaitAsync(() => File.Exists(mark));
            // Redelivered while it goes on: neither answered nor begun.
            var polls = _desk.Polls;
            await WaitAsync(() => _desk.Polls > polls);
            Assert.Empty(_desk.Results);
            await process.KillAsync();
        }
        await File.WriteAllTextAsync(gate, "");
        await RunUntilAsync(() => _desk.StatusOf(id).Count > 0);
        Assert.Equal([CommandStatus.Failed], _desk.StatusOf(id));
        Assert.Contains("not run again", _desk.Results.Single().Detail, StringComparison.Ordinal);
        Assert.Single(await File.ReadAllLinesAsync(mark));
        Assert.Empty(_host.Platform.Chain);
    }

    [Fact]
    public async Task A_result_that_was_not_heard_is_told_after_the_next_start()
    {
        _desk.LosesResults = true;
        var id = _desk.Issue("agent.ping");
        var ledger = StateFolder.OpenOrCreate(_host.Agent.State).CommandsPath;
        await RunUntilAsync(() => File.Exists(ledger) && File.ReadAllText(ledger).Contains("\"done\"", StringComparison.Ordinal));
        Assert.Empty(_desk.Results);
        _desk.LosesResults = false;
        _desk.Poll = context => context.Response.WriteAsync("{\"commands\":[]}");
        await RunUntilAsync(() => _desk.StatusOf(id).Count > 0);
    }

    [Fact]
    public async Task An_owner_who_wants_no_commands_gets_none_fetched()
    {
        await _host.ConfigureAsync("[commands]\nenabled = false");
        _desk.Issue("agent.ping");
        await RunUntilAsync(() => _reports >= 2);
        Assert.Equal(0, _desk.Polls);
    }

    public async Task InitializeAsync()
    {
        _host = await BackupHost.StartAsync();
        await File.WriteAllTextAsync(_host.PathOf("a"), "content");
        _host.Platform.Script = async context =>
        {
            var path = context.Request.Path.Value!;
            if (path == TestPlatform.Path)
            {
                Interlocked.Increment(ref _reports);
                context.Response.StatusCode = 202;
                return true;
            }
            if (path == "/api/agent/inventory")
            {
                // The first one meets a busy moment: the command goes on.
                context.Response.StatusCode = Interlocked.Increment(ref _inventories) == 1 ? 503 : 202;
                return true;
            }
            if (!path.StartsWith("/api/agent/commands/", StringComparison.Ordinal)) return false;
            using var body = new MemoryStream();
            await context.Request.Body.CopyToAsync(body);
            return await _desk.AnswerAsync(context, body.ToArray());
        };
    }

    public async Task DisposeAsync() => await _host.DisposeAsync();

    private static string Now() => JsonSerializer.Serialize(TimeProvider.System.GetUtcNow());

    private static Task WaitAsync(Func<bool> holds) => Poll.UntilAsync("the agent to get there", Limit, () => Task.FromResult(holds()));

    private async Task RunUntilAsync(Func<bool> holds, Func<Task>? then = null)
    {
        using var stop = new CancellationTokenSource();
        var running = _host.Agent.RunAsync(["run"], stop: stop.Token);
        try
        {
            await WaitAsync(() => running.IsCompleted || holds());
            if (then is not null) await then();
        }
        finally
        {
            await stop.CancelAsync();
        }
        Assert.Equal(0, await running);
        Assert.True(holds(), _host.Agent.Errors);
    }
}
