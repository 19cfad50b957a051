using System.Text.Json;
using HostAtlas.Agent.Backup.Format;
using HostAtlas.TestSupport;
using HostAtlas.TestSupport.Processes;

namespace HostAtlas.Agent.Tests.Restore;

/// <summary>Restores by somebody who may not give files their owners, and onto a disk that fills up.</summary>
public sealed class OtherUserTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    // Owners that whoever restores is not.
    private const uint Nobody = 65_534, Somebody = 12_345;

    private readonly TempFolder _folder = new();

    private string Target => _folder.File("target");

    [Fact]
    public async Task Without_root_contents_come_back_owners_do_not_and_that_is_said_and_is_exit_4()
    {
        using (var repository = new RepositoryBuilder(_folder.File("copy")))
        {
            repository.Write(
            [
                TestNode.Directory("dir", TestNode.File("deep", "deep")).With(Owned),
                TestNode.File("own", "own").With(entry => entry with { Uid = Nobody, Gid = Nobody, Mode = 0x9ED }),
                TestNode.File("setuid", "x").With(Owned).With(entry => entry with { Mode = 0xDED }),
                new TestNode(TestNode.File("null", "").Entry with { Type = TreeEntryType.CharDevice, Device = new DeviceNumber(1, 3) }),
                TestNode.Symlink("link", "own").With(Owned),
            ]);
        }
        var run = await RestoreAsNobodyAsync("--json");
        Assert.True(run.ExitCode == 4, run.LastWords);
        var events = run.Output.Split('\n').Select(line => JsonDocument.Parse(line).RootElement).ToList();
        var failed = Assert.Single(events, one => one.GetProperty("event").GetString() == "failed");
        Assert.Equal("/null", failed.GetProperty("path").GetString());
        // The directory, the file in it, the one with a set-id bit and the link.
        Assert.Equal((3, 4), (events[^1].GetProperty("files").GetInt32(), events[^1].GetProperty("lessened").GetInt32()));
        Assert.Equal("deep", await File.ReadAllTextAsync(Path.Combine(Target, "dir", "deep")));
        Assert.Equal((UnixFileMode)0x9ED, File.GetUnixFileMode(Path.Combine(Target, "own")));
        // Somebody else's set-id bit on a file of one's own would lend the wrong rights.
        Assert.Equal((UnixFileMode)0x1ED, File.GetUnixFileMode(Path.Combine(Target, "setuid")));

        var again = await RestoreAsNobodyAsync("--overwrite", "always", "--include", "setuid");
        Assert.True(again.ExitCode == 4, again.LastWords);
        Assert.Contains("1 are not as they were: owners", again.Output, StringComparison.Ordinal);
        var clean = await RestoreAsNobodyAsync("--overwrite", "always", "--include", "own");
        Assert.True(clean.ExitCode == 0, clean.LastWords);
    }

    public void Dispose() => _folder.Dispose();

    private static TreeEntry Owned(TreeEntry entry) => entry with { Uid = Somebody, Gid = Somebody };

    private async Task<Finished> RestoreAsNobodyAsync(params string[] more)
    {
        // A checkout may lie where only its owner can read.
        var assemblies = _folder.File("agent");
        if (!Directory.Exists(assemblies))
            await ShellAsync($"cp -r {Path.Combine(Repository.Root, "src", "Agent", "bin", "Release", "net10.0")} {assemblies}");
        Directory.CreateDirectory(Target);
        await ShellAsync($"chmod -R a+rX {_folder.Path} && chown {Nobody}:{Nobody} {Target}");
        await using var child = ChildProcess.Start("setpriv",
            [
                $"--reuid={Nobody}", $"--regid={Nobody}", "--clear-groups", "dotnet", Path.Combine(assemblies, "HostAtlas.Agent.dll"),
                "restore", "latest", "--to", Target, "--from", _folder.File("copy"), "--recovery-key", "-", "--state",
                _folder.File("none"), .. more,
            ],
            new Dictionary<string, string> { ["HOME"] = Target, ["DOTNET_CLI_HOME"] = Target }, RestoreTests.RecoveryText + "\n");
        return await child.EndAsync(Patience);
    }

    private static async Task ShellAsync(string line)
    {
        var run = await ChildProcess.RunAsync("bash", ["-ec", line], Patience);
        Assert.True(run.ExitCode == 0, run.LastWords);
    }
}
