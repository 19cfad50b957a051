using System.Security.Cryptography;
using System.Text;
using HostAtlas.Agent.Tests.Gate;
using HostAtlas.Shared.Wire;
using HostAtlas.TestSupport;

namespace HostAtlas.Agent.Tests.Backup.Run;

/// <summary>What ransomware does to a tree, and what backups of it come to.</summary>
public sealed class GatedBackupTests : IAsyncLifetime
{
    private const int Files = 60;

    private BackupHost _host = null!;

    [Fact]
    public async Task After_three_clean_backups_an_attack_on_half_of_the_tree_freezes_and_nothing_of_it_is_committed()
    {
        _host.Platform.LearningRuns = 3;
        for (var i = 0; i < 3; i++)
        {
            Write($"d0/new{i}.txt", Samples.Prose(3000 + i));
            await _host.BackupAsync();
        }
        var files = Directory.EnumerateFiles(_host.Root, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal);
        foreach (var path in files.Take(Files / 2).ToList()) Encrypt(path);
        await _host.BackupAsync(3);
        Assert.Equal(3, _host.Platform.Chain.Count);
        Assert.True(_host.Platform.IsFrozen);
        var evidence = _host.Platform.Evidence.Last();
        Assert.Equal("frozen", evidence.State);
        Assert.Contains("share", evidence.RunRules);
        Assert.Equal((Files / 2, Files / 2), (evidence.HitFiles, evidence.Hits.Count));
        Assert.All(evidence.Hits, hit => Assert.Null(hit.Clear));
        foreach (var told in new[] { "Nothing was committed", "generation 3", "docs/gate.md", "(share)" })
            Assert.Contains(told, _host.Agent.Errors, StringComparison.Ordinal);
        // While it is frozen a run asks and does nothing else.
        await _host.ConfigureAsync($"pre = 'touch {_host.Agent.File("pre-ran")}'");
        var before = _host.Platform.Bodies.Count;
        await _host.BackupAsync(3);
        Assert.Equal(2, _host.Platform.Bodies.Count - before);
        Assert.False(File.Exists(_host.Agent.File("pre-ran")));
    }

    [Theory]
    [InlineData("d3/f7.txt", null)]
    [InlineData("d3/f7.txt", "d3/f7.txt.locked")]
    [InlineData("d3/f7.txt", "d3/f7.abc")]
    [InlineData("d3/f7.txt", "d3/f7.zyx")]
    public async Task A_single_encrypted_file_is_held_back_and_its_old_version_restores(string victim, string? renamed)
    {
        await _host.BackupAsync();
        var clean = File.ReadAllBytes(_host.PathOf(victim));
        Encrypt(_host.PathOf(victim));
        if (renamed is not null) File.Move(_host.PathOf(victim), _host.PathOf(renamed));
        await _host.BackupAsync(4);
        Assert.Contains("held back", _host.Agent.Errors, StringComparison.Ordinal);
        var evidence = _host.Platform.Evidence.Last();
        Assert.Equal(("suspect", 1L, 1L, 0L), (evidence.State, evidence.HitFiles, evidence.HeldBackFiles, evidence.FirstSeenFiles));
        var read = await _host.ReadBackAsync();
        var (entry, content) = read.Entries[_host.PathOf(victim)];
        Assert.Equal(clean, content);
        Assert.NotNull(entry.HeldBackSince);
        if (renamed is not null) Assert.DoesNotContain(_host.PathOf(renamed), read.Entries.Keys);
        Assert.Equal(_host.PathOf(victim), Assert.Single(read.Snapshot.HeldBack).Path);
        Assert.Equal((1L, (long)Files), (read.Snapshot.Counts.HeldBack, read.Snapshot.Counts.Files));
        Assert.Equal(renamed is null ? _host.PathOf(victim) : _host.PathOf(renamed),
            read.Snapshot.Gate!.Value.GetProperty("hits")[0].GetProperty("path").GetString());

        // It stays held back, since the same moment, and is no new sign; from the third run on the backup is incomplete.
        await _host.BackupAsync(4);
        Assert.Equal("open", _host.Platform.Evidence.Last().State);
        Assert.Equal(entry.HeldBackSince, (await _host.ReadBackAsync()).Entries[_host.PathOf(victim)].Entry.HeldBackSince);
        Assert.DoesNotContain("incomplete", _host.Agent.Output, StringComparison.Ordinal);
        await _host.BackupAsync(4);
        Assert.Contains("incomplete", _host.Agent.Output, StringComparison.Ordinal);

        var restored = _host.Agent.File("back") + _host.PathOf(victim);
        Assert.Equal(4, await _host.Agent.RunAsync(["restore", "latest", "--to", _host.Agent.File("back")]));
        Assert.False(File.Exists(restored));
        Assert.Equal(0, await _host.Agent.RunAsync(["restore", "latest", "--to", _host.Agent.File("back"), "--held-back"]));
        Assert.Equal(clean, File.ReadAllBytes(restored));
        Assert.Equal(0, await _host.Agent.RunAsync(["snapshots"]));
        Assert.Contains("held back", _host.Agent.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_that_is_random_like_from_the_first_is_committed_and_marked()
    {
        await _host.BackupAsync();
        Write("d2/vault.bin", Samples.Noise(50_000));
        await _host.BackupAsync();
        Assert.Equal(("suspect", 1L, 0L), (_host.Platform.Evidence.Last().State, _host.Platform.Evidence.Last().FirstSeenFiles,
            _host.Platform.Evidence.Last().HeldBackFiles));
        Write("d2/vault.bin", Samples.Noise(50_001, 2));
        await _host.BackupAsync();
        Assert.Equal(("open", 0L), (_host.Platform.Evidence.Last().State, _host.Platform.Evidence.Last().HitFiles));
        var (entry, content) = (await _host.ReadBackAsync()).Entries[_host.PathOf("d2/vault.bin")];
        Assert.True(entry.Gate!.FirstSeen);
        Assert.Equal(Samples.Noise(50_001, 2), content);
    }

    [Fact]
    public async Task After_a_freeze_everything_is_read_again_and_what_a_person_accepted_is_taken()
    {
        await _host.BackupAsync();
        for (var i = 0; i < 4; i++) Encrypt(_host.PathOf($"d0/f{i * 4}.txt"));
        await _host.BackupAsync(3);
        var hits = _host.Platform.Evidence.Last().Hits;
        _host.Platform.Accepted = [.. hits.Skip(1).Select(hit => new AcceptedHit(hit.Path, hit.Content))];
        (_host.Platform.IsFrozen, _host.Platform.Epoch) = (false, "new");
        await _host.BackupAsync(4);
        var read = await _host.ReadBackAsync();
        Assert.Equal(File.ReadAllBytes(_host.PathOf("d0/f4.txt")), read.Entries[_host.PathOf("d0/f4.txt")].Content);
        Assert.Equal(Samples.Prose(9000), read.Entries[_host.PathOf("d0/f0.txt")].Content);
        Assert.NotEmpty(read.Twice);
        Assert.DoesNotContain("unchanged, ", _host.Agent.Output.Replace(" 0 files unchanged, ", "", StringComparison.Ordinal),
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task Of_what_is_declared_only_the_framing_is_looked_at()
    {
        await _host.ConfigureAsync($"[gate]\nencrypted_paths = [\"{_host.Root}/vault/\"]\nclear_paths = true");
        byte[] age = [.. "age-encryption.org/v1\n"u8, .. Samples.Noise(100_000)];
        Write("vault/a.age", age);
        Write("vault/b.bin", Samples.Noise(100_000));
        await _host.BackupAsync();
        Assert.Equal(("open", 0L), (_host.Platform.Evidence.Last().State, _host.Platform.Evidence.Last().HitFiles));
        Write("vault/a.age", [.. age, .. Samples.Noise(9)]);
        await _host.BackupAsync();
        Write("vault/a.age", Samples.Noise(100_002));
        await _host.BackupAsync(4);
        var hit = Assert.Single(_host.Platform.Evidence.Last().Hits);
        Assert.Equal(("framing-lost", 100_002L, true, _host.PathOf("vault/a.age")),
            (hit.Rules.Single(), hit.Bytes, hit.HeldBack, hit.Clear));
    }

    [Fact]
    public async Task A_dump_that_turned_ends_the_run_where_it_is_found()
    {
        Write("d0/all.sql", Samples.Prose(20_000));
        await _host.BackupAsync();
        Encrypt(_host.PathOf("d0/all.sql"));
        await _host.BackupAsync(3);
        Assert.Equal("dump-turned", _host.Platform.Evidence.Last().RunRules[0]);
        Assert.Contains(_host.PathOf("d0/all.sql"), File.ReadAllText(Path.Combine(_host.Agent.State, "backup", "found.json")),
            StringComparison.Ordinal);
        Assert.Single(_host.Platform.Chain);
        Assert.Equal(1, await _host.Agent.RunAsync(["status"]));
        Assert.Contains("the gate stopped this backup", _host.Agent.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_canary_that_changed_freezes_before_anything_is_read()
    {
        Assert.Equal(0, await _host.Agent.RunAsync(["canaries", "plant", _host.Root]));
        Assert.Equal(0, await _host.Agent.RunAsync(["canaries", "list"]));
        Assert.Equal(0, await _host.Agent.RunAsync(["canaries", "plant", _host.Root]));
        await _host.BackupAsync();
        Assert.Equal((7L, 0), (_host.Platform.Canaries.Last().Planted, _host.Platform.Canaries.Last().Changed.Count));
        Assert.Equal("open", _host.Platform.Evidence.Last().State);
        var names = Directory.EnumerateFiles(_host.Root).Select(path => Path.GetFileName(path)!).Order(StringComparer.Ordinal).ToList();
        Assert.Equal(4, names.Count);
        File.Move(_host.PathOf(names[1]), _host.PathOf(names[1] + ".locked"));
        await _host.BackupAsync(3);
        Assert.Single(_host.Platform.Canaries.Last().Changed);
        Assert.Single(_host.Platform.Chain);
        Assert.Equal(3, await _host.Agent.RunAsync(["canaries", "list"]));
        Assert.Equal(0, await _host.Agent.RunAsync(["canaries", "remove"]));
        Assert.Equal([names[1] + ".locked"], Directory.EnumerateFiles(_host.Root).Select(Path.GetFileName));
    }

    [Fact]
    public async Task Three_tenths_of_the_files_gone_freeze_and_what_is_not_selected_any_more_does_not_count()
    {
        await _host.BackupAsync();
        await _host.ConfigureAsync("exclude = [\"d0/\", \"d1/\"]");
        await _host.BackupAsync();
        Assert.Equal(0, _host.Platform.Evidence.Last().GoneFiles);
        await _host.ConfigureAsync("");
        await _host.BackupAsync();
        Directory.Delete(_host.PathOf("d3"), recursive: true);
        foreach (var i in new[] { 1, 5, 9 }) File.Delete(_host.PathOf($"d1/f{i}.txt"));
        await _host.BackupAsync(3);
        Assert.Equal((18L, (long)Files - 18), (_host.Platform.Evidence.Last().GoneFiles, _host.Platform.Evidence.Last().Files));
        Assert.Contains("mass-deletion", _host.Platform.Evidence.Last().RunRules);
        // A person has looked at it.
        (_host.Platform.IsFrozen, _host.Platform.Epoch) = (false, "new");
        await _host.BackupAsync();
        Assert.Equal(("open", 0L), (_host.Platform.Evidence.Last().State, _host.Platform.Evidence.Last().GoneFiles));
    }

    public async Task InitializeAsync()
    {
        _host = await BackupHost.StartAsync();
        for (var i = 0; i < Files; i++) Write($"d{i % 4}/f{i}.txt", Samples.Prose(9000 + i));
        await BackupHost.SettleAsync();
    }

    public async Task DisposeAsync() => await _host.DisposeAsync();

    private void Write(string name, byte[] content)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(_host.PathOf(name))!);
        File.WriteAllBytes(_host.PathOf(name), content);
    }

    private static void Encrypt(string path)
    {
        using var aes = Aes.Create();
        aes.Key = SHA256.HashData(Encoding.UTF8.GetBytes(path));
        File.WriteAllBytes(path, aes.EncryptCbc(File.ReadAllBytes(path), new byte[16]));
    }
}
