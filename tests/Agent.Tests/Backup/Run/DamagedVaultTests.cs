using HostAtlas.Shared.Backups;
using HostAtlas.TestSupport;

namespace HostAtlas.Agent.Tests.Backup.Run;

/// <summary>A vault that lost bits after it had acknowledged them, and the host that could still make them good.</summary>
public sealed class DamagedVaultTests : IAsyncLifetime
{
    private BackupHost _host = null!;

    [Fact]
    public async Task After_verify_found_an_index_damaged_the_next_backup_writes_it_anew_and_sends_no_data_again()
    {
        await BackedUpAsync();
        Flip(Only(ObjectKind.Index));
        Assert.Equal(4, await _host.Agent.RunAsync(["verify"]));
        Assert.Contains("written down", _host.Agent.Errors, StringComparison.Ordinal);
        var before = _host.Platform.Puts.Count;
        await _host.BackupAsync();
        Assert.Contains("0 packs and 1 indexes damaged", _host.Agent.Errors, StringComparison.Ordinal);
        // The smallest pack is for what other tests change above the root.
        Assert.InRange(_host.Platform.Puts.Skip(before).Sum(name => (long)_host.Platform.Objects[name].Length), 128 << 10, 448 << 10);
        await AssertRestoresAsync("latest");
        Assert.False(File.Exists(Noted));
    }

    [Fact]
    public async Task What_was_in_a_pack_that_verify_found_damaged_is_stored_again_and_the_pack_is_not_used_any_more()
    {
        await BackedUpAsync();
        Flip(_host.Platform.Objects.Where(found => found.Key.Kind == ObjectKind.Pack).MaxBy(found => found.Value.Length).Key);
        Assert.Equal(4, await _host.Agent.RunAsync(["verify", "--read-data"]));
        await _host.BackupAsync();
        Assert.Contains("1 packs and 0 indexes damaged", _host.Agent.Errors, StringComparison.Ordinal);
        Assert.False(File.Exists(Noted));
        Assert.Equal(0, await _host.Agent.RunAsync(["verify", "latest", "--read-data=100%"]));
        // The run after it knows nothing of the damage any more, and must not come back to the damaged pack.
        await _host.BackupAsync();
        Assert.Equal(0, await _host.Agent.RunAsync(["verify", "latest", "--read-data=100%"]));
        await AssertRestoresAsync("latest");
    }

    [Fact]
    public async Task A_damaged_index_costs_a_restore_on_the_host_that_has_its_copy_nothing()
    {
        await BackedUpAsync();
        Flip(Only(ObjectKind.Index));
        await AssertRestoresAsync("latest");
        Assert.Contains($"own copy of {Only(ObjectKind.Index)} is used", _host.Agent.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Where_a_damaged_index_has_no_copy_the_message_names_the_way_that_needs_none()
    {
        await BackedUpAsync();
        Flip(Only(ObjectKind.Index));
        Directory.Delete(Copies, recursive: true);
        Assert.Equal(4, await _host.Agent.RunAsync(["restore", "latest", "--to", _host.Agent.File("little")]));
        Assert.Contains("(--from DIR), which needs no index", _host.Agent.Errors, StringComparison.Ordinal);
        var copy = _host.Agent.File("copy");
        _host.Platform.CopyTo(copy);
        await AssertRestoresAsync("latest", "--from", copy);
    }

    [Theory]
    [InlineData(ObjectKind.Index)]
    [InlineData(ObjectKind.Pack)]
    public async Task An_older_snapshot_is_restored_by_what_the_index_of_a_later_one_names(ObjectKind kind)
    {
        await BackedUpAsync();
        Flip(_host.Platform.Objects.Where(found => found.Key.Kind == kind).MaxBy(found => found.Value.Length).Key);
        Assert.Equal(4, await _host.Agent.RunAsync(["verify", "--read-data"]));
        await _host.BackupAsync();
        Directory.Delete(Copies, recursive: true);
        await AssertRestoresAsync("1");
    }

    [Fact]
    public async Task A_damaged_tree_is_made_again()
    {
        await BackedUpAsync();
        Flip(_host.Platform.Objects.Where(found => found.Key.Kind == ObjectKind.Pack).MinBy(found => found.Value.Length).Key);
        Assert.Equal(4, await _host.Agent.RunAsync(["verify"]));
        await _host.BackupAsync();
        Assert.Equal(0, await _host.Agent.RunAsync(["verify", "latest", "--read-data=100%"]));
        await AssertRestoresAsync("latest");
    }

    [Fact]
    public async Task What_is_damaged_in_a_plain_copy_is_no_matter_of_the_vault()
    {
        await BackedUpAsync();
        var copy = _host.Agent.File("copy");
        Flip(Only(ObjectKind.Index));
        _host.Platform.CopyTo(copy);
        Assert.Equal(4, await _host.Agent.RunAsync(["verify", "--from", copy]));
        Assert.False(File.Exists(Noted));
    }

    public async Task InitializeAsync() => _host = await BackupHost.StartAsync();

    public async Task DisposeAsync() => await _host.DisposeAsync();

    private string Copies => Path.Combine(_host.Agent.State, "backup", "copies");

    private string Noted => Path.Combine(_host.Agent.State, "backup", "damaged");

    private async Task BackedUpAsync()
    {
        for (var i = 0; i < 20; i++) File.WriteAllBytes(_host.PathOf($"f{i}"), OrdinaryBytes.Draw(50_000));
        await BackupHost.SettleAsync();
        await _host.BackupAsync();
    }

    private ObjectName Only(ObjectKind kind) => _host.Platform.Objects.Keys.Single(name => name.Kind == kind);

    // In the first chunk, which no object keeps empty.
    private void Flip(ObjectName name) => _host.Platform.Objects[name][1000] ^= 1;

    private async Task AssertRestoresAsync(string snapshot, params string[] more)
    {
        var to = _host.Agent.File("restored-" + snapshot);
        var code = await _host.Agent.RunAsync(["restore", snapshot, "--to", to, .. more]);
        Assert.True(code == 0, $"{code}: {_host.Agent.Output} {_host.Agent.Errors}");
        for (var i = 0; i < 20; i++)
            Assert.Equal(File.ReadAllBytes(_host.PathOf($"f{i}")), File.ReadAllBytes(to + _host.PathOf($"f{i}")));
    }
}
