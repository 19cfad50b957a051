using System.Text.Json;
using HostAtlas.Agent.Backup.Run;
using HostAtlas.Agent.Tests.Backup.Run;
using HostAtlas.Agent.Tests.Platform;
using HostAtlas.Shared.Backups;
using HostAtlas.Shared.Wire;
using HostAtlas.TestSupport;
using Microsoft.AspNetCore.Http;

namespace HostAtlas.Agent.Tests.Backup.Repack;

/// <summary>Packs that are mostly dead are emptied by a real run, and what is left of the vault when they are gone is whole.</summary>
public sealed class RepackTests : IAsyncLifetime
{
    private BackupHost _host = null!;

    [Fact]
    public async Task What_is_moved_lets_the_old_packs_go_and_everything_comes_back()
    {
        await AgedAsync();
        Assert.Equal(0, await _host.Agent.RunAsync(["repack", "--dry-run", "--json"]));
        var possible = JsonDocument.Parse(_host.Agent.Output).RootElement;
        Assert.True(possible.GetProperty("packs").GetInt32() > 0, _host.Agent.Output);

        Assert.Equal(0, await _host.Agent.RunAsync(["repack"]));
        Assert.Contains("packs were emptied", _host.Agent.Output, StringComparison.Ordinal);
        var freed = LastRun.Load(Path.Combine(_host.Agent.State, "backup", "last.json"))!.Repack!;
        Assert.True(freed.WastedBytes < possible.GetProperty("wastedBytes").GetInt64());
        // Older snapshots need the old packs for as long as they are kept; the new one does not.
        await AssertSoundAsync();
        var before = _host.Platform.Objects.Count;
        ExpireAllButTheNewest();
        Assert.True(_host.Platform.Objects.Count < before);
        await AssertWholeAsync();
        // Nor does the run after it come back to them.
        var (count, puts) = (_host.Platform.Objects.Count, _host.Platform.Puts.Count);
        await _host.BackupAsync();
        Assert.InRange(_host.Platform.Objects.Count - count, 1, 4);
        Assert.All(_host.Platform.Puts.Skip(puts), name => Assert.InRange(_host.Platform.Objects[name].Length, 1, 512 << 10));
        await AssertWholeAsync();
    }

    [Fact]
    public async Task Where_it_cannot_or_should_not_be_done_the_backup_is_made_all_the_same()
    {
        await AgedAsync();
        var needed = Packs();
        _host.Platform.ChainState = "suspect";
        await AssertNothingIsMovedAsync();
        _host.Platform.ChainState = "open";
        _host.Platform.Script = RefuseLargePacksAsync;
        await AssertNothingIsMovedAsync();
        _host.Platform.Script = null;
        await AssertWholeAsync();
        // The host's own copies of trees would do.
        Directory.Delete(Path.Combine(_host.Agent.State, "backup", "copies"), recursive: true);
        foreach (var pack in needed) _host.Platform.Objects[pack][1000] ^= 1;
        await AssertNothingIsMovedAsync();

        async Task AssertNothingIsMovedAsync()
        {
            await _host.BackupAsync(0, "--repack");
            Assert.DoesNotContain("packs were emptied", _host.Agent.Output, StringComparison.Ordinal);
            Assert.Subset(Packs(), needed);
        }

        HashSet<ObjectName> Packs() => [.. _host.Platform.NeededBy(_host.Platform.Chain[0].Snapshot)
            .Where(name => name.Kind == ObjectKind.Pack)];
    }

    [Fact]
    public async Task Over_weeks_of_changes_broken_runs_and_expiry_no_kept_file_is_lost()
    {
        var (chance, emptied) = (new Random(7), 0);
        await File.WriteAllBytesAsync(_host.PathOf("large"), OrdinaryBytes.Draw(6 << 20));
        _host.Platform.LearningRuns = 1_000;
        await _host.ConfigureAsync("repack_size = \"64MiB\"");
        for (var day = 0; day < 8; day++)
        {
            for (var i = 0; i < 12; i++)
            {
                if (day == 0 || chance.Next(3) == 0)
                    await File.WriteAllBytesAsync(_host.PathOf($"f{i}"), OrdinaryBytes.Draw(chance.Next(1, 90_000)));
            }
            await BackupHost.SettleAsync();
            if (chance.Next(3) == 0) await BreakAsync(chance.Next(1, 4));
            await _host.BackupAsync(0, "--repack");
            if (_host.Agent.Output.Contains("packs were emptied", StringComparison.Ordinal)) emptied++;
            while (_host.Platform.Chain.Count > 3) _host.Platform.Expire(_host.Platform.Chain[^1].Snapshot);
            _host.Platform.DeleteUnneeded();
            if (day % 3 == 2) await AssertSoundAsync();
        }
        Assert.InRange(emptied, 2, 8);
        await AssertWholeAsync();
    }

    public async Task InitializeAsync() => _host = await BackupHost.StartAsync();

    public async Task DisposeAsync() => await _host.DisposeAsync();

    // A run that ends wherever it is when the platform stops taking its objects: what it had sent is in the journal.
    private async Task BreakAsync(int after)
    {
        var left = after;
        _host.Platform.Script = async context => context.Request.Path == "/api/agent/backups/commit"
            || (context.Request.Path == "/api/agent/backups/uploads" && --left < 0)
            ? await TestPlatform.ProblemAsync(context, 409, ProblemSlug.Conflict) : false;
        await _host.BackupAsync(1, "--repack");
        _host.Platform.Script = null;
    }

    // Only what is moved makes a pack of more than the smallest size: nothing has changed on the host.
    private static async Task<bool> RefuseLargePacksAsync(HttpContext context)
    {
        if (context.Request.Path != "/api/agent/backups/uploads") return false;
        context.Request.EnableBuffering();
        var uploads = await JsonSerializer.DeserializeAsync(context.Request.Body, WireJson.Default.BackupUploads);
        context.Request.Body.Position = 0;
        return uploads!.Objects.Any(announced => announced.Name.Kind == ObjectKind.Pack && announced.Size > 256 << 10)
            && await TestPlatform.ProblemAsync(context, 403, ProblemSlug.QuotaReached);
    }

    /// <summary>Five nights of which each changed most of what the one before had stored.</summary>
    private async Task AgedAsync()
    {
        _host.Platform.LearningRuns = 1_000;
        await _host.ConfigureAsync("repack_size = \"0B\"");
        for (var night = 0; night < 5; night++)
        {
            // Two files of each night stay as they are.
            for (var i = 2 * night; i < 14; i++) await File.WriteAllBytesAsync(_host.PathOf($"f{i}"), OrdinaryBytes.Draw(80_000));
            // What never changes, so that what moves is little beside it.
            if (night == 0) await File.WriteAllBytesAsync(_host.PathOf("large"), OrdinaryBytes.Draw(9 << 20));
            await BackupHost.SettleAsync();
            await _host.BackupAsync();
        }
    }

    private void ExpireAllButTheNewest()
    {
        foreach (var item in _host.Platform.Chain.Skip(1)) _host.Platform.Expire(item.Snapshot);
        _host.Platform.DeleteUnneeded();
    }

    private async Task AssertSoundAsync()
    {
        var code = await _host.Agent.RunAsync(["verify", "--read-data"]);
        Assert.True(code == 0, _host.Agent.Output + _host.Agent.Errors);
    }

    private async Task AssertWholeAsync()
    {
        await AssertSoundAsync();
        var back = _host.Agent.File($"back-{Guid.CreateVersion7()}");
        Assert.Equal(0, await _host.Agent.RunAsync(["restore", "latest", "--to", back]));
        foreach (var path in Directory.EnumerateFiles(_host.Root))
            Assert.Equal(await File.ReadAllBytesAsync(path), await File.ReadAllBytesAsync(back + path));
    }
}
