using System.Security.Authentication;
using HostAtlas.Agent.Configuration;
using HostAtlas.Agent.Credentials;
using HostAtlas.Agent.Spool;
using HostAtlas.Agent.Status;
using HostAtlas.Agent.Tests.CommandLine;
using HostAtlas.Agent.Tests.Platform;
using HostAtlas.TestSupport;

namespace HostAtlas.Agent.Tests.Hostile;

/// <summary>Who does not prove to be the platform gets nothing, whichever way the agent comes, and the owner is told why.</summary>
public sealed class WrongServerTests : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);
    private readonly AgentUnderTest _agent = new();
    private readonly TestAuthority _authority = new();

    [Theory]
    [InlineData("untrusted", "certificate-untrusted", "has not signed the certificate")]
    [InlineData("misnamed", "certificate-name", "is not made for 127.0.0.1")]
    [InlineData("expired", "certificate-time", "A clock that is wrong is likely")]
    [InlineData("old", "tls-version", "Only TLS 1.3")]
    public async Task It_stops_enroll_run_and_backup_with_a_clear_sentence_and_nothing_sent(string server, string code, string sentence)
    {
        await using var platform = await StartAsync(server);
        var ca = _agent.File("ca.pem");
        await File.WriteAllTextAsync(ca, _authority.Pem);
        var (url, token) = (AgentToml.Origin(platform.Url), _agent.Secret("token", TestTokens.Agent()));

        Assert.Equal(1, await _agent.RunAsync(["enroll", "--url", url, "--token-file", token, "--ca", ca]));
        Assert.Contains(sentence, _agent.Errors, StringComparison.Ordinal);
        Assert.False(File.Exists(_agent.Config));
        var state = StateFolder.OpenOrCreate(_agent.State);
        Assert.Null(state.ReadToken());

        state.WriteToken(TestTokens.Parsed());
        await File.WriteAllTextAsync(_agent.Config,
            $"url = \"{url}\"\nca = \"{ca}\"\ninterval = \"1s\"\n[backup]\nroots = [\"{_agent.State}\"]\n");
        Assert.Equal(0, await _agent.RunAsync(["key", "init", "--no-recovery"]));
        foreach (var verb in new[] { new[] { "backup" }, ["snapshots"], ["verify"] })
        {
            Assert.Equal(1, await _agent.RunAsync(verb));
            Assert.Contains(sentence, _agent.Errors, StringComparison.Ordinal);
        }

        using var stop = new CancellationTokenSource();
        var running = _agent.RunAsync(["run"], stop: stop.Token);
        await Poll.UntilAsync("the fault in the status", Limit, () => Task.FromResult(
            running.IsCompleted || AgentStatus.Load(state.StatusPath)?.Fault?.Code == code));
        await stop.CancelAsync();
        Assert.Equal(0, await running);
        Assert.Contains(sentence, _agent.Errors, StringComparison.Ordinal);
        Assert.True(ReportSpool.Inspect(state.SpoolPath, 1 << 20)!.Reports > 0, "Reports are kept.");
        Assert.Equal(0, platform.Requests);
        Assert.NotNull(state.ReadToken());
    }

    [Fact]
    public async Task A_vault_that_does_not_prove_itself_gets_no_object_and_is_not_tried_for_half_an_hour()
    {
        await using var host = await Backup.Run.BackupHost.StartAsync();
        await using var vault = await TestPlatform.StartAsync(_authority.Sign());
        var origin = AgentToml.Origin(vault.Url);
        var config = await File.ReadAllTextAsync(host.Agent.Config);
        await File.WriteAllTextAsync(host.Agent.Config, $"vault_origins = [\"{origin}\"]\n{config}");
        host.Platform.Address = address => origin + new Uri(address).AbsolutePath;
        Assert.Equal(1, await host.Agent.RunAsync(["backup"]));
        Assert.Contains("has not signed the certificate", host.Agent.Errors, StringComparison.Ordinal);
        Assert.Equal(0, vault.Requests);
    }

    public void Dispose() => _agent.Dispose();

    private Task<TestPlatform> StartAsync(string server) => server switch
    {
        "untrusted" => TestPlatform.StartAsync(new TestAuthority().Sign()),
        "misnamed" => TestPlatform.StartAsync(_authority.Sign("atlas.example.net")),
        "expired" => TestPlatform.StartAsync(_authority.Sign(fromDays: -20, toDays: -1)),
#pragma warning disable CA5398 // The old version is the point.
        _ => TestPlatform.StartAsync(_authority.Sign(), SslProtocols.Tls12),
#pragma warning restore CA5398
    };
}
