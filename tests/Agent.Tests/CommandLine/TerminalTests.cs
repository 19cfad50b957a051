using System.Text.RegularExpressions;
using HostAtlas.Agent.Tests.Backup.Run;
using HostAtlas.TestSupport;
using HostAtlas.TestSupport.Processes;
using Microsoft.AspNetCore.Http;

namespace HostAtlas.Agent.Tests.CommandLine;

/// <summary>What a person sees who runs the agent by hand: it is started under a pseudo-terminal.</summary>
public sealed partial class TerminalTests : IAsyncLifetime
{
    private BackupHost _host = null!;

    [Fact]
    public async Task On_a_terminal_a_backup_draws_a_bar_with_a_share_a_rate_and_the_time_left()
    {
        for (var i = 0; i < 12; i++)
            await File.WriteAllBytesAsync(_host.PathOf($"f{i:d2}"), OrdinaryBytes.Draw(1 << 20));
        File.CreateSymbolicLink(_host.PathOf("z"), "nowhere");
        var seen = await RunAsync("backup", "--limit", "1MiB/s");
        Assert.Matches(Bar(), seen);
        Assert.Matches(TimeLeft(), seen);
        Assert.Contains("of 12 files", seen, StringComparison.Ordinal);
        Assert.Contains("Generation 1, fingerprint", seen, StringComparison.Ordinal);
        Assert.DoesNotContain("{\"event\"", seen, StringComparison.Ordinal);
    }

    [Fact]
    public async Task On_a_terminal_a_restore_and_a_verification_draw_a_bar_too()
    {
        for (var i = 0; i < 10; i++)
            await File.WriteAllBytesAsync(_host.PathOf($"f{i:d2}"), OrdinaryBytes.Draw(4 << 20));
        await _host.BackupAsync();
        // Slow enough to be seen.
        _host.Platform.Script = async context =>
        {
            if (HttpMethods.IsGet(context.Request.Method)) await Task.Delay(60);
            return false;
        };
        Assert.Matches(Bar(), await RunAsync("verify", "--read-data"));
        Assert.Matches(Bar(), await RunAsync("restore", "latest", "--to", _host.Agent.File("back")));
    }

    [Fact]
    public async Task On_a_terminal_json_stays_json()
    {
        await File.WriteAllTextAsync(_host.PathOf("f"), "x");
        var seen = await RunAsync("backup", "--json");
        Assert.DoesNotMatch(Bar(), seen);
        Assert.Contains("{\"event\":\"committed\"", seen, StringComparison.Ordinal);
    }

    public async Task InitializeAsync() => _host = await BackupHost.StartAsync();

    public async Task DisposeAsync() => await _host.DisposeAsync();

    private async Task<string> RunAsync(params string[] verb)
    {
        var agent = Path.Combine(Repository.Root, "src", "Agent", "bin", "Release", "net10.0", "HostAtlas.Agent.dll");
        var line = $"stty cols 160; dotnet {agent} {string.Join(' ', verb)} --config {_host.Agent.Config} --state {_host.Agent.State}";
        await using var child = ChildProcess.Start("script", ["-qefc", line, "/dev/null"],
            new Dictionary<string, string> { ["TERM"] = "xterm-256color" });
        var finished = await child.EndAsync(TimeSpan.FromMinutes(2));
        Assert.True(finished.ExitCode == 0, finished.LastWords);
        return finished.LastWords;
    }

    // Spectre's bar, colours between its signs, and the share behind it.
    [GeneratedRegex(@"━.*\d+%")]
    private static partial Regex Bar();

    [GeneratedRegex(@"\d of \d+ files, [\d.]+ \w+ of [\d.]+ MiB, [\d.]+ \w+/s, \d+ s left, 0 held back")]
    private static partial Regex TimeLeft();
}
