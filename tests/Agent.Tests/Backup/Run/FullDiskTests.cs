using HostAtlas.Agent.Tests.Restore;
using HostAtlas.TestSupport;
using HostAtlas.TestSupport.Processes;

namespace HostAtlas.Agent.Tests.Backup.Run;

/// <summary>Disks that are really full: small ones in memory, mounted where nobody but the test's own processes sees them.</summary>
public sealed class FullDiskTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    private readonly TempFolder _folder = new();

    private static string Agent => Path.Combine(Repository.Root, "src", "Agent", "bin", "Release", "net10.0", "HostAtlas.Agent.dll");

    [Fact]
    public async Task A_restore_onto_a_full_disk_leaves_whole_files_and_goes_on_when_there_is_room()
    {
        var root = new[]
        {
            TestNode.File("a", Noise(1 << 20)), TestNode.Directory("b", TestNode.File("c", Noise(3 << 20))),
            TestNode.File("d", Noise(9 << 20)), TestNode.File("e", Noise(9 << 20)),
        };
        using (var repository = new RepositoryBuilder(_folder.File("copy"))) repository.Write(root);
        await File.WriteAllTextAsync(_folder.File("key"), RestoreTests.RecoveryText + "\n");
        var restore = $"dotnet {Agent} restore latest --to {_folder.File("disk")} --from {_folder.File("copy")} "
            + $"--recovery-key {_folder.File("key")} --state {_folder.File("none")}";
        var run = await WithSmallDiskAsync(16, $$"""
            {{restore}} && exit 90
            echo "first $?"
            ls -A {{_folder.File("disk")}} | grep hostatlas-restore && exit 91
            find {{_folder.File("disk")}} -type f -printf 'there %s\n'
            mount -o remount,size=64m {{_folder.File("disk")}}
            {{restore}} --overwrite changed || exit 92
            cp -a {{_folder.File("disk")}} {{_folder.File("after")}}
            """);
        Assert.True(run.ExitCode == 0, run.LastWords);
        Assert.Contains("first 1", run.Output, StringComparison.Ordinal);
        Assert.Contains("the target cannot be written any more", run.LastWords, StringComparison.Ordinal);
        Assert.Contains("No space left on device. What was restored is whole", run.LastWords, StringComparison.Ordinal);
        foreach (var line in run.Output.Split('\n').Where(line => line.StartsWith("there ", StringComparison.Ordinal)))
            Assert.Contains(line.Split(' ')[1], new[] { $"{1 << 20}", $"{3 << 20}", $"{9 << 20}" });
        Assert.Equal(RestoredFacts.OfNodes(root), await RestoredFacts.OfFolderAsync(_folder.File("after")));
    }

    [Fact]
    public async Task A_backup_whose_state_is_on_a_full_disk_fails_with_a_sentence_and_the_next_one_succeeds()
    {
        await using var host = await BackupHost.StartAsync();
        for (var i = 0; i < 40; i++) await File.WriteAllBytesAsync(host.PathOf($"f{i}"), Noise(200_000));
        var state = _folder.File("disk", "state");
        var backup = $"dotnet {Agent} backup --config {host.Agent.Config} --state {state}";
        var run = await WithSmallDiskAsync(4, $$"""
            cp -a {{host.Agent.State}} {{state}}
            head -c 100m /dev/zero > {{_folder.File("disk", "filler")}} 2>/dev/null || true
            {{backup}} && exit 90
            echo "first $?"
            # A little room: it fails later, amid the run.
            truncate -s -64k {{_folder.File("disk", "filler")}}
            {{backup}} && exit 91
            echo "second $?"
            rm {{_folder.File("disk", "filler")}}
            {{backup}} || exit 92
            """);
        Assert.True(run.ExitCode == 0, run.LastWords);
        Assert.Contains("first 1", run.Output, StringComparison.Ordinal);
        Assert.Contains("second 1", run.Output, StringComparison.Ordinal);
        Assert.Contains("No space left on device", run.LastWords, StringComparison.Ordinal);
        Assert.DoesNotContain("   at HostAtlas", run.LastWords, StringComparison.Ordinal);
        Assert.Empty(host.Platform.Faults);
        Assert.Empty((await host.ReadBackAsync()).Twice);
    }

    public void Dispose() => _folder.Dispose();

    private static byte[] Noise(int length) => OrdinaryBytes.Draw(length);

    private async Task<Finished> WithSmallDiskAsync(int mebibytes, string script)
    {
        Directory.CreateDirectory(_folder.File("disk"));
        var mount = $"mount -t tmpfs -o size={mebibytes}m,mode=0700 small {_folder.File("disk")}";
        await File.WriteAllTextAsync(_folder.File("script"), $"set -u\n{mount} || exit 99\n{script}\n");
        File.SetUnixFileMode(_folder.File("script"), UnixFileMode.UserRead | UnixFileMode.UserWrite);
        return await ChildProcess.RunAsync("unshare", ["--mount", "bash", _folder.File("script")], Patience);
    }
}
