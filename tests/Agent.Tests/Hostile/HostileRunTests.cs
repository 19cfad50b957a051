using System.Text;
using HostAtlas.Agent.Commands;
using HostAtlas.Agent.Credentials;
using HostAtlas.Agent.Spool;
using HostAtlas.Agent.Tests.CommandLine;
using HostAtlas.Agent.Tests.Platform;
using HostAtlas.Shared.Wire;
using HostAtlas.TestSupport;
using HostAtlas.TestSupport.Processes;
using Microsoft.AspNetCore.Http;

namespace HostAtlas.Agent.Tests.Hostile;

/// <summary>The real process under a platform that is hostile on every endpoint at once.</summary>
public sealed class HostileRunTests : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);
    private readonly AgentUnderTest _agent = new();
    private readonly TestAuthority _authority = new();
    private readonly Bystander _bystander = new();
    private int _polls;

    [Fact]
    public async Task It_goes_on_reporting_stays_small_takes_few_commands_and_talks_to_nobody_else()
    {
        await using var platform = await TestPlatform.StartAsync(_authority.Sign());
        platform.Tokens[TestTokens.Agent()] = true;
        platform.Elsewhere = AnswerAsync;
        // The reports' first answers are no better.
        platform.Scripted.Enqueue(context => RedirectAsync(context));
        platform.Scripted.Enqueue(context => NoiseAsync(context));
        var ca = _agent.File("ca.pem");
        await File.WriteAllTextAsync(ca, _authority.Pem);
        await File.WriteAllTextAsync(
            _agent.Config, $"url = \"{platform.Url.ToString().TrimEnd('/')}\"\nca = \"{ca}\"\ninterval = \"1s\"\n"
                + "[inventory]\nenabled = false\n");
        var state = StateFolder.OpenOrCreate(_agent.State);
        state.WriteToken(TestTokens.Parsed());

        await using var process = ChildProcess.StartAssembly("Agent", ["run", "--config", _agent.Config, "--state", _agent.State]);
        await Poll.UntilAsync("reports in spite of all, and some commands", Limit, () => Task.FromResult(
            process.HasExited || (platform.Stored.Count >= 5 && new CommandLedger(state.CommandsPath).Entries.Count >= CommandPace.Burst)));
        Assert.False(process.HasExited, process.LastWords);
        Assert.InRange(ProcessFigures.ResidentBytes(process.Id), 1, 110L << 20);
        Assert.False(_bystander.WasTouched);
        Assert.Empty(ProcessFigures.ListeningPorts(process.Id));
        await process.TerminateAsync(TimeSpan.FromSeconds(20));

        var taken = new CommandLedger(state.CommandsPath).Entries;
        Assert.InRange(taken.Count, CommandPace.Burst, CommandPace.Burst + 4);
        Assert.InRange(_polls, 3, 8);
        Assert.All(taken, entry => Assert.Equal(CommandStatus.Refused, entry.Status));
        Assert.Equal(TestTokens.Agent(), state.ReadToken()!.Reveal());
        Assert.DoesNotContain("hat_", process.LastWords, StringComparison.Ordinal);
    }

    public void Dispose()
    {
        _agent.Dispose();
        _bystander.Dispose();
    }

    private async Task<bool> AnswerAsync(HttpContext context, byte[] body)
    {
        if (!context.Request.Path.Value!.EndsWith("/poll", StringComparison.Ordinal)) return await NoiseAsync(context);
        switch (Interlocked.Increment(ref _polls))
        {
            case 1: return await RedirectAsync(context);
            case 2:
                await context.Response.WriteAsync("{\"commands\":[" + new string('[', 60_000));
                return true;
            default:
                // Always new ones, of every kind that could tempt: with code, with paths, of kinds that there are not.
                var commands = new StringBuilder("{\"commands\":[");
                for (var i = 0; i < 150; i++) commands.Append(i > 0 ? "," : "").Append(Tempting(i));
                await context.Response.WriteAsync(commands.Append("]}").ToString());
                return true;
        }
    }

    private string Tempting(int number)
    {
        var (kind, arguments) = (number % 4) switch
        {
            0 => ("shell.run", "{\"command\":\"touch /tmp/x\"}"),
            1 => ("backup.run", "{\"roots\":[\"/etc\"],\"pre\":\"id\"}"),
            2 => ("redaction.off", "{}"),
            _ => ("backup.verify", $"{{\"from\":\"https://127.0.0.1:{_bystander.Port}/\"}}"),
        };
        var at = TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds();
        return $"{{\"id\":\"{BatchId.Draw():D}\",\"kind\":\"{kind}\",\"arguments\":{arguments},\"issuedAt\":{at}}}";
    }

    private Task<bool> RedirectAsync(HttpContext context)
    {
        context.Response.StatusCode = 307;
        context.Response.Headers.Location = $"https://127.0.0.1:{_bystander.Port}/";
        return Task.FromResult(true);
    }

    // Bytes until the other side hangs up.
    private static async Task<bool> NoiseAsync(HttpContext context)
    {
        var noise = new byte[64 << 10];
        while (!context.RequestAborted.IsCancellationRequested) await context.Response.Body.WriteAsync(noise);
        return true;
    }
}
