using HostAtlas.TestSupport;
using HostAtlas.TestSupport.Processes;

namespace HostAtlas.Agent.Tests.Restore;

/// <summary>Does what docs/server-is-gone.md says, command for command, with the real agent and nothing but a copy and a recovery
/// key.</summary>
public sealed class ServerIsGoneTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private readonly TempFolder _folder = new();

    [Fact]
    public async Task The_page_leads_from_a_plain_copy_to_all_files()
    {
        var root = RestoreTests.Everything();
        using (var repository = new RepositoryBuilder(_folder.File("copy")))
        {
            repository.Write([TestNode.File("old", "of the day before")]);
            repository.Write(root);
        }
        var commands = DocumentedCommands.Of("server-is-gone.md", "With a plain copy", ("/mnt/", _folder.Path + "/"),
            ("/srv/restored", _folder.File("restored")), ("/srv/part", _folder.File("part")), ("/srv/older", _folder.File("older")),
            ("recovery.key", _folder.File("recovery.key")));
        Assert.Equal(["install", "verify", "restore", "snapshots", "restore", "restore", "shred"],
            commands.Select(words => words[0] == "hostatlas-agent" ? words[1] : words[0]));
        var said = "";
        foreach (var words in commands)
        {
            var run = words[0] == "hostatlas-agent"
                ? await ChildProcess.RunAssemblyAsync("Agent", [.. words[1..], "--state", _folder.File("no-state")], limit: Patience)
                : await RunAsync(words);
            Assert.True(run.ExitCode == 0, $"{string.Join(' ', words)}:\n{run.LastWords}");
            said += run.LastWords;
        }
        Assert.Contains("Everything is as it should be", said, StringComparison.Ordinal);
        Assert.Matches("(?m)^[0-9a-f-]{36} +2 +[0-9a-f]{16} .*\n[0-9a-f-]{36} +1 ", said);
        Assert.DoesNotContain(RestoreTests.RecoveryText, said, StringComparison.Ordinal);
        Assert.Equal(RestoredFacts.OfNodes(root), await RestoredFacts.OfFolderAsync(_folder.File("restored")));
        Assert.Equal(["/etc", "/etc/hosts", "/etc/shadow", "/etc/shadow-", "/srv", "/srv/db", "/srv/db/a.sql"],
            (await RestoredFacts.OfFolderAsync(_folder.File("part"))).Select(fact => fact.Split(' ')[0]));
        Assert.Equal("of the day before", File.ReadAllText(_folder.File("older", "old")));
        // Reading leaves nothing behind on the machine.
        Assert.False(Directory.Exists(_folder.File("no-state")));
        Assert.False(File.Exists(_folder.File("recovery.key")));
    }

    public void Dispose() => _folder.Dispose();

    private async Task<Finished> RunAsync(string[] words)
    {
        await using var child = ChildProcess.Start(words[0], words[1..], input: RestoreTests.RecoveryText + "\n");
        return await child.EndAsync(Patience);
    }
}
