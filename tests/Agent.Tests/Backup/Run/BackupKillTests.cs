using HostAtlas.Agent.Backup.Format;
using HostAtlas.Agent.Backup.Keys;
using HostAtlas.Shared.Backups;
using HostAtlas.TestSupport;
using Xunit.Abstractions;

namespace HostAtlas.Agent.Tests.Backup.Run;

/// <summary>A run that is killed at any moment costs what it was doing at that moment, and nothing else.</summary>
public sealed class BackupKillTests(ITestOutputHelper output) : IAsyncLifetime
{
    private BackupHost _host = null!;
    private StoredChunks _stored = null!;

    private static int Kills => LongForm.IsAsked ? 100 : 10;

    [Fact]
    public async Task After_each_kill_the_next_run_succeeds_sends_nothing_again_and_all_data_verifies()
    {
        var seed = System.Security.Cryptography.RandomNumberGenerator.GetInt32(int.MaxValue);
        output.WriteLine($"seed {seed}");
        var random = new Random(seed);
        for (var i = 0; i < 60; i++) Write($"d{i % 7}/f{i}", random.Next(1, 256 << 10));
        var (killed, resumed, longest) = (0, 0, TimeSpan.FromSeconds(1));
        for (var i = 0; killed < Kills; i++)
        {
            Assert.True(i < 3 * Kills, $"{killed} of {i} were killed in time");
            // Something to send at each: small files, and now and then more than a pack.
            for (var j = 0; j < 4; j++) Write($"d{j}/g{i}", random.Next(1, 100_000));
            if (i % 5 == 0) Write($"large{i}", random.Next(16 << 20, 24 << 20));
            // One in four is killed twice: also what takes up the journal of a dead run may die.
            for (var again = random.Next(4) == 0 ? 2 : 1; again > 0; again--)
            {
                if (await KillAsync(random, longest, atAnObject: i % 2 == 0)) killed++;
            }
            if (File.Exists(Path.Combine(_host.Agent.State, "backup", "journal"))) resumed++;
            var started = TimeProvider.System.GetTimestamp();
            await _host.BackupAsync();
            longest = TimeProvider.System.GetElapsedTime(started) is var took && took > longest ? took : longest;
            Assert.Empty(_stored.TakeNew());
            Assert.True(await _host.Agent.RunAsync(["verify", "--read-data"]) == 0, $"kill {i}: {_host.Agent.Output}{_host.Agent.Errors}");
            if (i % 5 == 0) File.Delete(_host.PathOf($"large{i}"));
        }
        output.WriteLine($"{killed} runs killed before their end, {resumed} journals taken up, {_stored.Count} chunks stored");
        Assert.True(resumed > 0, "No kill left a journal to take up.");
        var read = await _host.ReadBackAsync();
        Assert.Empty(read.Twice);
        foreach (var file in Directory.EnumerateFiles(_host.Root, "*", SearchOption.AllDirectories))
            Assert.Equal(File.ReadAllBytes(file), read.Entries[file].Content);
    }

    public async Task InitializeAsync()
    {
        // What is repacked is stored twice on purpose.
        _host = await BackupHost.StartAsync("repack_size = \"0B\"");
        _stored = new StoredChunks(_host);
    }

    public async Task DisposeAsync()
    {
        _stored.Dispose();
        await _host.DisposeAsync();
    }

    /// <summary>Kills a run at a moment by chance; false when it had ended before.</summary>
    private async Task<bool> KillAsync(Random random, TimeSpan longest, bool atAnObject)
    {
        await using var run = _host.StartBackup();
        var ended = run.EndAsync(TimeSpan.FromMinutes(5));
        if (!atAnObject)
        {
            // Any time between the start of the process and its end.
            await Task.WhenAny(ended, Task.Delay((longest + TimeSpan.FromMilliseconds(500)) * random.NextDouble()));
        }
        else
        {
            // An object on its way, then an instant by chance: somewhere between two system calls.
            var put = _host.Platform.Puts.Count + random.Next(1, 5);
            await Poll.UntilAsync("objects on their way", TimeSpan.FromMinutes(2),
                () => Task.FromResult(run.HasExited || _host.Platform.Puts.Count >= put));
        }
        var isKilled = !run.HasExited;
        await run.KillAsync();
        await ended;
        return isKilled;
    }

    private void Write(string name, int length)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(_host.PathOf(name))!);
        File.WriteAllBytes(_host.PathOf(name), OrdinaryBytes.Draw(length));
    }

    /// <summary>The chunks that the vault has, pack by pack as they come.</summary>
    private sealed class StoredChunks(BackupHost host) : IDisposable
    {
        private readonly HashSet<ObjectName> _packs = [];
        private readonly HashSet<ChunkId> _chunks = [];
        private readonly KeyRing _ring = Ring(host);

        public int Count => _chunks.Count;

        /// <summary>Looks at the packs that came since; the chunks among theirs that the vault had.</summary>
        public List<ChunkId> TakeNew()
        {
            using var verifier = new PackVerifier(new ObjectOpener(_ring));
            var twice = new List<ChunkId>();
            foreach (var (name, bytes) in host.Platform.Objects.Where(found => found.Key.Kind == ObjectKind.Pack && _packs.Add(found.Key)))
                twice.AddRange(verifier.Verify(name, bytes).Select(entry => entry.Id).Where(id => !_chunks.Add(id)));
            return twice;
        }

        public void Dispose() => _ring.Dispose();

        private static KeyRing Ring(BackupHost host)
        {
            using var masters = new BackupKeyFile(Path.Combine(host.Agent.State, "backup.keys")).Read()!;
            return masters.Derive();
        }
    }
}
