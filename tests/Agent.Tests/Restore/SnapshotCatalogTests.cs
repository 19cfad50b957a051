using System.Collections.Concurrent;
using HostAtlas.Agent.Backup.Format;
using HostAtlas.Agent.Restore;
using HostAtlas.Agent.Tests.Backup.Format;
using HostAtlas.Agent.Tests.Backup.Run;
using HostAtlas.Shared.Ids;
using HostAtlas.TestSupport;
using Microsoft.AspNetCore.Http;

namespace HostAtlas.Agent.Tests.Restore;

public sealed class SnapshotCatalogTests : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly RepositoryBuilder _repository;
    private readonly List<FoundSnapshot> _snapshots;

    public SnapshotCatalogTests()
    {
        _repository = new RepositoryBuilder(_folder.File("copy"));
        _snapshots = [.. Enumerable.Range(0, 4).Select(i => _repository.Write([TestNode.File("v", $"{i}")]))];
        _snapshots.Reverse();
    }

    private List<SnapshotId> Listed => [.. _snapshots.Select(one => one.Document.Id)];

    [Theory]
    [InlineData("latest", 0)]
    [InlineData("4", 0)]
    [InlineData("3", 1)]
    [InlineData("1", 3)]
    [InlineData("5", null)]
    public void The_newest_names_where_the_others_are(string name, int? found) =>
        Assert.Equal(found is { } i ? Listed[i] : null, SnapshotCatalog.Wanted(_snapshots[0], Listed, name));

    [Fact]
    public void A_list_that_the_newest_does_not_confirm_is_not_believed()
    {
        Assert.Equal(Listed[2], SnapshotCatalog.Wanted(_snapshots[0], Listed, Listed[2].ToString()));
        // An older one in the first place does not know of the newer ones.
        Assert.Null(SnapshotCatalog.Wanted(_snapshots[1], [Listed[1], Listed[0], Listed[2], Listed[3]], "latest"));
        // Nor does a chain of its own.
        Assert.Null(SnapshotCatalog.Wanted(_snapshots[0], [.. Listed, TestKeys.Id<SnapshotId>(99)], "latest"));
        // What expired meanwhile is named and not listed.
        Assert.Equal(Listed[0], SnapshotCatalog.Wanted(_snapshots[0], [Listed[0], Listed[3]], "latest"));
        Assert.Null(SnapshotCatalog.Wanted(_snapshots[0], [Listed[0], Listed[3]], "2"));
        Assert.Null(SnapshotCatalog.Wanted(_snapshots[0], Listed, TestKeys.Id<SnapshotId>(99).ToString()));
    }

    [Theory]
    [InlineData(new[] { 0, 1, 2, 3 }, 0, 0, 0)]
    [InlineData(new[] { 0, 2 }, 6.9, 1, 1)]
    [InlineData(new[] { 0, 3 }, 6.9, 2, 0)]
    [InlineData(new[] { 0, 2 }, 7, 0, 1)]
    // Of what is older than all that is here nobody knows how old it was.
    [InlineData(new[] { 0, 1 }, 0, 0, 1)]
    public void A_gap_is_a_fault_while_what_is_missing_cannot_have_expired(int[] here, double days, int faults, int notes)
    {
        var now = _snapshots[here[^1]].Document.Time + TimeSpan.FromDays(days);
        var told = ChainCheck.Missing(new SnapshotCatalog([.. here.Select(i => _snapshots[i])], []), now).ToList();
        Assert.Equal((faults, notes), (told.Count(one => one.IsFault), told.Count(one => !one.IsFault)));
    }

    [Fact]
    public async Task From_the_platform_the_latest_costs_one_snapshot_and_not_all_and_a_reordered_list_changes_nothing()
    {
        await using var host = await BackupHost.StartAsync();
        for (var i = 1; i <= 4; i++)
        {
            await File.WriteAllTextAsync(host.PathOf("v"), $"{i}");
            await BackupHost.SettleAsync();
            await host.BackupAsync();
        }
        var fetched = new ConcurrentDictionary<string, bool>();
        host.Platform.Script = context =>
        {
            if (HttpMethods.IsGet(context.Request.Method) && context.Request.Path.Value!.Contains("snapshots", StringComparison.Ordinal))
                fetched[context.Request.Path.Value] = true;
            return Task.FromResult(false);
        };
        Assert.Equal(("4", 1), await RestoreAsync(host, "latest", fetched));
        Assert.Equal(("2", 2), await RestoreAsync(host, "2", fetched));
        host.Platform.ListsOldestFirst = true;
        Directory.Delete(Path.Combine(host.Agent.State, "backup"), recursive: true);
        Assert.Equal(("4", 4), await RestoreAsync(host, "latest", fetched));
    }

    public void Dispose()
    {
        _repository.Dispose();
        _folder.Dispose();
    }

    private static async Task<(string Content, int Fetched)> RestoreAsync(
        BackupHost host, string name, ConcurrentDictionary<string, bool> fetched)
    {
        fetched.Clear();
        var to = host.Agent.File($"back-{Guid.CreateVersion7()}");
        var code = await host.Agent.RunAsync(["restore", name, "--to", to]);
        Assert.True(code == 0, host.Agent.Errors);
        return (await File.ReadAllTextAsync(to + host.PathOf("v")), fetched.Count);
    }
}
