using System.Text.Json;
using HostAtlas.TestSupport;
using HostAtlas.TestSupport.Clients;
using HostAtlas.TestSupport.Processes;
using static HostAtlas.EndToEnd.Tests.Ending;

namespace HostAtlas.EndToEnd.Tests;

/// <summary>Does what docs/server-is-gone.md says where the platform is still there, command for command, on a machine that knows
/// nothing.</summary>
public sealed class ServerIsGoneTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    private readonly TempFolder _folder = new();

    private string Tree => _folder.File("tree");

    [Fact]
    public async Task The_page_leads_from_a_new_token_and_the_recovery_key_to_all_files_and_to_the_next_backup()
    {
        Directory.CreateDirectory(Path.Combine(Tree, "etc"));
        await File.WriteAllTextAsync(Path.Combine(Tree, "etc", "hosts"), "127.0.0.1 localhost\n");
        File.CreateSymbolicLink(Path.Combine(Tree, "etc", "link"), "hosts");
        await using var platform = await PlatformProcess.StartAsync();
        using var founder = await Founder.FoundAsync(platform);
        var server = await founder.AddServerAsync("gone");
        string recoveryKey;
        await using (var lost = new AgentProcess(platform))
        {
            await lost.ConfigureAsync($"[backup]\nroots = [\"{Tree}\"]\n");
            Succeeded(await lost.EnrolAsync(server.Token));
            Succeeded(await lost.RunVerbAsync("key", "init", "--recovery-to", _folder.File("paper")));
            recoveryKey = await File.ReadAllTextAsync(_folder.File("paper"));
            Succeeded(await lost.RunVerbAsync("backup"));
        }

        // Its state went with it. Step 1 of the page is a button; it calls this.
        var token = await founder.RotateTokenAsync(server);
        var commands = DocumentedCommands.Of("server-is-gone.md", "With the platform",
            ("https://monitor.example.org:8443", platform.Url.ToString().TrimEnd('/')), ("ca.pem", Path.Combine(platform.Data, "ca.pem")),
            ("/srv/restored", _folder.File("restored")));
        Assert.Equal(["enroll", "key", "snapshots", "restore"], commands.Select(words => words[1]));
        Assert.All(commands, words => Assert.Equal("hostatlas-agent", words[0]));
        foreach (var words in commands)
        {
            var typed = words[1] switch { "enroll" => token, "key" => recoveryKey.TrimEnd('\n'), _ => "" };
            var run = await ChildProcess.RunAssemblyAsync("Agent", [.. words[1..], .. Place], typed + "\n", Patience);
            Succeeded(run);
            Assert.DoesNotContain(recoveryKey.Trim(), run.LastWords, StringComparison.Ordinal);
        }
        await TreesAlike.CompareAsync(Tree, _folder.File("restored") + Tree);

        // "With the platform the new machine goes on as the same server: its next backup continues the chain."
        await File.AppendAllTextAsync(_folder.File("new", "agent.toml"), $"[backup]\nroots = [\"{_folder.File("restored")}\"]\n");
        var next = await ChildProcess.RunAssemblyAsync("Agent", ["backup", "--json", .. Place], limit: Patience);
        Succeeded(next);
        using var committed = JsonDocument.Parse(next.Output.Split('\n')[^1]);
        Assert.Equal(2, committed.RootElement.GetProperty("generation").GetInt32());
    }

    public void Dispose() => _folder.Dispose();

    // A machine's own places, which a test cannot have: /etc/hostatlas and /var/lib/hostatlas.
    private string[] Place => ["--config", _folder.File("new", "agent.toml"), "--state", _folder.File("new", "state")];
}
