using System.Text.Json;
using HostAtlas.Agent.Backup.Schedule;
using HostAtlas.Agent.Restore.Drills;
using HostAtlas.Agent.Tests.Backup.Run;
using HostAtlas.Agent.Tests.Platform;
using HostAtlas.Shared.Backups;
using HostAtlas.Shared.Wire;
using HostAtlas.TestSupport;

namespace HostAtlas.Agent.Tests.Restore.Drills;

/// <summary>A host that restores a sample now and then to see that it can.</summary>
public sealed class DrillTests : IAsyncLifetime
{
    private static readonly DateTimeOffset Monday = new(2026, 11, 23, 12, 0, 0, TimeSpan.Zero);

    private BackupHost _host = null!;

    private string Note => Path.Combine(_host.Agent.State, "backup", "drill.json");

    [Fact]
    public async Task A_drill_restores_from_the_newest_snapshots_and_the_platform_hears_of_it()
    {
        await BackedUpTwiceAsync();
        Assert.Equal(0, await _host.Agent.RunAsync(["drill", "--json"]));
        var told = JsonDocument.Parse(_host.Agent.Output).RootElement;
        Assert.Equal(("drilled", 2, 0), (told.GetProperty("event").GetString(), told.GetProperty("snapshots").GetArrayLength(),
            told.GetProperty("failed").GetInt32()));
        // Five files in the older one, six in the newer.
        Assert.Equal(11, told.GetProperty("files").GetInt32());
        var heard = Assert.Single(_host.Platform.Drills);
        Assert.Equal((_host.Platform.Chain[0].Snapshot, 11L, 0L), (heard.Snapshot, heard.Files, heard.Failed));
        Assert.Equal(told.GetProperty("bytes").GetInt64(), heard.Bytes);
        Assert.True(DrillNote.Load(Note)!.Told);
        // A small one takes a part of what is there.
        Assert.Equal(0, await _host.Agent.RunAsync(["drill", "--size", "100KiB"]));
        Assert.Contains("all as they should be", _host.Agent.Output, StringComparison.Ordinal);
        Assert.InRange(DrillNote.Load(Note)!.Bytes, 1, 3 << 20);
        await _host.Agent.RunAsync(["status"]);
        Assert.Contains("last drill", _host.Agent.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_a_drill_finds_damaged_is_told_and_the_next_backup_stores_it_again()
    {
        await BackedUpTwiceAsync();
        var pack = _host.Platform.Objects.Where(found => found.Key.Kind == ObjectKind.Pack).MaxBy(found => found.Value.Length).Key;
        _host.Platform.Objects[pack][5_000] ^= 1;
        Assert.Equal(4, await _host.Agent.RunAsync(["drill"]));
        Assert.Contains("did not come back as it was", _host.Agent.Errors, StringComparison.Ordinal);
        Assert.True(Assert.Single(_host.Platform.Drills).Failed > 0);
        await _host.Agent.RunAsync(["status", "--json"]);
        Assert.True(JsonDocument.Parse(_host.Agent.Output).RootElement.GetProperty("drill").GetProperty("failed").GetInt32() > 0);
        await _host.BackupAsync();
        Assert.Contains("1 packs and 0 indexes damaged", _host.Agent.Errors, StringComparison.Ordinal);
        Assert.Equal(0, await _host.Agent.RunAsync(["verify", "latest", "--read-data"]));
    }

    [Fact]
    public async Task A_vault_that_does_not_answer_is_no_damage_and_nobody_is_told_that_it_is()
    {
        await BackedUpTwiceAsync();
        _host.Platform.Script = async context => context.Request.Path == "/api/agent/backups/downloads"
            && await TestPlatform.ProblemAsync(context, 403, ProblemSlug.NotPermitted);
        Assert.Equal(1, await _host.Agent.RunAsync(["drill"]));
        Assert.Empty(_host.Platform.Drills);
        Assert.NotNull(DrillNote.Load(Note)!.Trouble);
        Assert.False(File.Exists(Path.Combine(_host.Agent.State, "backup", "damaged")));
    }

    [Theory]
    [InlineData(null, 6 * 24 - 12 + 4.5)] // Sunday at half past four.
    [InlineData("the vault did not answer", 1)]
    public void A_drill_that_could_not_be_done_is_tried_again_after_an_hour(string? trouble, double hours)
    {
        var schedule = BackupSchedule.TryParse("30 4 * * 0", null, out _)!;
        var note = new DrillNote { BeganAt = Monday, Trouble = trouble };
        Assert.Equal(Monday.AddHours(hours), ScheduledDrills.StartsAt(schedule, note, Monday, TimeZoneInfo.Utc, 0));
    }

    [Fact]
    public async Task The_running_agent_drills_when_a_slot_has_passed()
    {
        await BackedUpTwiceAsync();
        await _host.ConfigureAsync("drill = \"daily\"");
        new DrillNote { BeganAt = TimeProvider.System.GetUtcNow().AddDays(-3), Told = true }.Save(Note);
        await using var agent = _host.Start("run");
        await Poll.UntilAsync("the platform to hear of a drill", TimeSpan.FromMinutes(2),
            () => Task.FromResult(!_host.Platform.Drills.IsEmpty));
        Assert.Equal(0, _host.Platform.Drills.First().Failed);
    }

    public async Task InitializeAsync() => _host = await BackupHost.StartAsync();

    public async Task DisposeAsync() => await _host.DisposeAsync();

    private async Task BackedUpTwiceAsync()
    {
        for (var i = 0; i < 4; i++) await File.WriteAllBytesAsync(_host.PathOf($"f{i}"), OrdinaryBytes.Draw(30_000));
        await File.WriteAllBytesAsync(_host.PathOf("large"), OrdinaryBytes.Draw(3 << 20));
        await BackupHost.SettleAsync();
        await _host.BackupAsync();
        await File.WriteAllBytesAsync(_host.PathOf("new"), OrdinaryBytes.Draw(1_000));
        await _host.BackupAsync();
    }
}
