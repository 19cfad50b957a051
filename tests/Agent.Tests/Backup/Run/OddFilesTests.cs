using System.Text;
using HostAtlas.Agent.Backup.Format;
using HostAtlas.Agent.Backup.Run;
using HostAtlas.Agent.Backup.Selection;
using HostAtlas.Agent.Tests.Backup.Format;
using HostAtlas.TestSupport;
using HostAtlas.TestSupport.Processes;

namespace HostAtlas.Agent.Tests.Backup.Run;

/// <summary>Whatever a file system can hold, there and back again.</summary>
public sealed class OddFilesTests : IDisposable
{
    private const int Nobody = 65_534;

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    private readonly TempFolder _folder = new();

    [Fact]
    public async Task Odd_files_of_every_kind_come_back_as_they_were()
    {
        await using var host = await BackupHost.StartAsync();
        Directory.Delete(host.Root);
        await OddAsync(host.Root, host.PathOf("deep"));
        await host.BackupAsync();
        Assert.Equal(0, await host.Agent.RunAsync(["restore", "latest", "--to", host.Agent.File("back")]));
        var back = host.Agent.File("back") + host.Root;
        var told = await TreesAlike.CompareAsync(host.Root, back, except: host.PathOf("deep"));
        Assert.Contains("3 hard-linked names", told, StringComparison.Ordinal);
        // No program can name the deep one in one piece.
        var bottom = await ShellAsync($"cd {back}/deep; for i in $(seq 300); do cd -P {new string('e', 100)} 2>/dev/null || exit 9; done; "
            + "cat bottom");
        Assert.Equal("at a path of 30,000 bytes", bottom);
        Assert.True(long.Parse(await ShellAsync($"stat -c %b {back}/holes-only"), null) == 0, "A file of nothing but holes has none.");
        // Nor can .NET delete it.
        await ShellAsync($"rm -rf {host.Root} {back}");
    }

    [Fact]
    public async Task What_changes_or_vanishes_while_it_is_read_is_told_and_the_rest_is_taken()
    {
        foreach (var name in new[] { "a", "grows", "h", "shrinks", "swapped", "t", "vanishes", "vanishing/x", "z" }) Write(name, 1000);
        var seen = 0;
        var (items, findings) = await WalkAsync(item =>
        {
            if (item is WalkItem.Chunk && ++seen is var now) Meddle(now);
        });
        Assert.Equal(["a", "grows", "h", "shrinks", "t", "z"], items.OfType<WalkItem.EndFile>().Select(end => Name(end.Entry)));
        // What was swapped for a link is the link.
        Assert.Equal("swapped", Name(Assert.Single(items.OfType<WalkItem.Whole>()).Entry));
        Assert.Equal([Path("grows"), Path("shrinks"), Path("vanishes"), Path("vanishing")], findings.Faults.Select(fault => fault.Path));
        Assert.Equal((2, 2), (findings.Counts.Changed, findings.Counts.Unreadable));
        Assert.False(findings.IsComplete);

        // The chunks of a small file are handed on after the last byte of it was read and before it is looked at again.
        void Meddle(int chunk)
        {
            switch (chunk)
            {
                case 2:
                    File.AppendAllText(Path("grows"), "more");
                    break;
                case 3:
                    File.Delete(Path("swapped"));
                    File.CreateSymbolicLink(Path("swapped"), "a");
                    break;
                case 4:
                    File.WriteAllText(Path("shrinks"), "less");
                    break;
                case 5:
                    File.Delete(Path("vanishes"));
                    Directory.Delete(Path("vanishing"), recursive: true);
                    break;
            }
        }
    }

    [Fact]
    public async Task What_somebody_may_not_read_is_told_and_the_rest_is_taken()
    {
        await using var host = await BackupHost.StartAsync();
        foreach (var name in new[] { "closed/within", "open", "secret", "unlisted/within" })
        {
            Directory.CreateDirectory(System.IO.Path.GetDirectoryName(host.PathOf(name))!);
            await File.WriteAllTextAsync(host.PathOf(name), name);
        }
        // A checkout may lie where only its owner can read.
        var run = await InOwnMountsAsync($"""
            chmod 0000 {host.PathOf("secret")} {host.PathOf("closed")}
            chmod 0711 {host.PathOf("unlisted")}
            chmod a+rx {System.IO.Path.GetDirectoryName(host.Root)} {host.Root}
            chown -R {Nobody}:{Nobody} {host.Agent.State} {host.Agent.Config}
            mkdir {host.Agent.File("agent")}
            mount --bind {Assemblies} {host.Agent.File("agent")}
            export DOTNET_CLI_HOME={host.Agent.State}
            setpriv --reuid={Nobody} --regid={Nobody} --clear-groups {Verb("backup", host, host.Agent.File("agent"))} || echo "backup $?"
            chown -R 0:0 {host.Agent.State} {host.Agent.Config}
            """);
        Assert.Contains("backup 4", run.Output, StringComparison.Ordinal);
        var read = await host.ReadBackAsync();
        Assert.Equal([host.PathOf("closed"), host.PathOf("secret"), host.PathOf("unlisted")],
            read.Snapshot.Faults.Select(fault => fault.Path));
        Assert.All(read.Snapshot.Faults, fault => Assert.Contains("Permission denied", run.LastWords, StringComparison.Ordinal));
        // The directories themselves are known, if not what lies in them.
        Assert.Equal(["closed", "open", "unlisted"], read.Entries.Keys.Where(path => path.StartsWith(host.Root + "/",
            StringComparison.Ordinal)).Select(path => path[(host.Root.Length + 1)..]).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_loop_of_bind_mounts_ends_and_a_file_system_without_attributes_takes_what_it_can()
    {
        await using var host = await BackupHost.StartAsync();
        var loop = host.PathOf("within/deep/loop");
        Directory.CreateDirectory(loop);
        Directory.CreateDirectory(host.Agent.File("plain"));
        await File.WriteAllTextAsync(host.PathOf("tagged"), "content");
        await ShellAsync($"setfattr -n user.comment -v x {host.PathOf("tagged")}");
        // The whole tree once more below itself, and in it again, as container engines and chroots leave it.
        var run = await InOwnMountsAsync($"""
            mount --rbind {host.Root} {loop}
            mount --rbind {host.Root} {loop}/within/deep/loop
            mount -t ramfs plain {host.Agent.File("plain")}
            {Verb("backup", host)} || echo "backup $?"
            {Verb($"restore latest --to {host.Agent.File("plain")}", host)} || echo "restore $?"
            cd {host.Agent.File("plain")}{host.Root}
            cat tagged
            find . -type d
            """);
        Assert.DoesNotContain("backup ", run.Output, StringComparison.Ordinal);
        Assert.Contains("restore 4", run.Output, StringComparison.Ordinal);
        Assert.Contains("1 are not as they were", run.Output, StringComparison.Ordinal);
        Assert.EndsWith("content.\n./within\n./within/deep\n./within/deep/loop", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_host_whose_clock_is_far_in_the_past_loses_nothing_by_it()
    {
        await using var host = await BackupHost.StartAsync();
        await File.WriteAllTextAsync(host.PathOf("f"), "before");
        await BackupHost.SettleAsync();
        await host.BackupAsync();
        host.Agent.Time = new ClockOff(TimeSpan.FromDays(-20 * 365));
        await File.WriteAllTextAsync(host.PathOf("f"), "after.");
        await File.WriteAllTextAsync(host.PathOf("new"), "new");
        await host.BackupAsync();
        await host.BackupAsync();
        Assert.Contains("0 files unchanged", host.Agent.Output, StringComparison.Ordinal);
        host.Agent.Time = TimeProvider.System;
        await host.BackupAsync();
        var read = await host.ReadBackAsync();
        Assert.Equal("after.", Encoding.UTF8.GetString(read.Entries[host.PathOf("f")].Content));
        Assert.Equal(4, read.Snapshot.Generation);
    }

    public void Dispose() => _folder.Dispose();

    private static string Name(TreeEntry entry) => TreeNames.Display(entry.Name.Span);

    private string Path(string name) => System.IO.Path.Combine(_folder.Path, name);

    private void Write(string name, int length)
    {
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(Path(name))!);
        File.WriteAllBytes(Path(name), OrdinaryBytes.Draw(length));
    }

    private static string Assemblies => System.IO.Path.Combine(Repository.Root, "src", "Agent", "bin", "Release", "net10.0");

    private static string Verb(string line, BackupHost host, string? assemblies = null) => "dotnet "
        + $"{assemblies ?? Assemblies}/HostAtlas.Agent.dll {line} --config {host.Agent.Config} --state {host.Agent.State}";

    /// <summary>Runs a script that may mount: nobody else sees it.</summary>
    private async Task<Finished> InOwnMountsAsync(string script)
    {
        await File.WriteAllTextAsync(_folder.File("script"), $"set -eu\n{script}\n");
        var run = await ChildProcess.RunAsync("unshare", ["--mount", "bash", _folder.File("script")], Patience);
        Assert.True(run.ExitCode == 0, run.LastWords);
        return run;
    }

    private static Task OddAsync(params string[] folders) => ShellAsync("python3 "
        + $"{System.IO.Path.Combine(Repository.Root, "tests", "Agent.Tests", "Backup", "Run", "odd.py")} {string.Join(' ', folders)}");

    private static async Task<string> ShellAsync(string line)
    {
        var run = await ChildProcess.RunAsync("bash", ["-ec", line], Patience);
        Assert.True(run.ExitCode == 0, run.LastWords);
        return run.Output;
    }

    /// <summary>Walks the folder; whoever hears of an item hears before the walk goes on.</summary>
    private async Task<(List<WalkItem> Items, RunFindings Findings)> WalkAsync(Action<WalkItem> hears)
    {
        var (items, findings) = (new List<WalkItem>(), new RunFindings());
        var reading = new FileReading(TestKeys.Keys, new MemoryBudget(BackupGraph.ChunkBudgetBytes));
        var selected = new Selected { Roots = [_folder.Path] };
        await HostAtlas.Agent.Backup.Run.TreeWalk.RunAsync(
            new TreeWalkParts(selected, _folder.Path, [], reading, null, findings, TimeProvider.System), item =>
            {
                items.Add(item);
                if (item is WalkItem.Chunk chunk) chunk.Bytes.Dispose();
                hears(item);
                return ValueTask.CompletedTask;
            }, CancellationToken.None);
        return (items, findings);
    }

    /// <summary>A clock that is off by so much, and goes.</summary>
    private sealed class ClockOff(TimeSpan by) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => System.GetUtcNow() + by;
    }
}
