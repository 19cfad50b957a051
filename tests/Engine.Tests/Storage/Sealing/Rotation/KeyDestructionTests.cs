using System.Security.Cryptography;
using HostAtlas.Engine.Storage.Sealing;
using HostAtlas.Engine.Storage.Sqlite;
using HostAtlas.Shared.Ids;
using HostAtlas.TestSupport;

namespace HostAtlas.Engine.Tests.Storage.Sealing.Rotation;

/// <summary>Destroying a key leaves no copy of its wrapped bytes in the database's own files.</summary>
public sealed class KeyDestructionTests : IDisposable
{
    private static readonly SealPlace Place = new(SealedTable.Teams, null, 0, 0);

    private readonly TempFolder _folder = new();
    private readonly DataFile _file;
    private readonly byte[] _root = RandomNumberGenerator.GetBytes(32);

    public KeyDestructionTests()
    {
        _file = new DataFile(_folder.Path);
        _file.Prepare();
    }

    /// <summary>Many keys, so that pages of the table were split and filled again before.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(600)]
    public void The_wrapped_bytes_are_nowhere_in_the_files_and_what_they_sealed_opens_for_nobody(int teams)
    {
        var store = new SqliteKeyStore(_file);
        var seals = new TeamSeals(store, new RootKeys(_root), TimeProvider.System);
        var ids = Enumerable.Range(0, teams).Select(_ => EmbeddedEngine.NewId<TeamId>()).ToList();
        foreach (var id in ids) seals.Get(id);
        var victim = ids[teams / 2];
        var sealedBytes = seals.Get(victim).Seal(Place, "name"u8);
        // A data key of a rotation, too.
        store.Put([new RootKeys(_root).Wrap(victim, 2, RandomNumberGenerator.GetBytes(32), DateTimeOffset.UnixEpoch)]);
        var wrapped = store.Load(victim).Select(key => key.Wrapped).ToList();
        Assert.All(wrapped, bytes => Assert.True(LiesInTheFiles(bytes)));

        Assert.Equal(new KeyDestruction(2, TracesGone: true), store.Destroy(victim, int.MaxValue, DateTimeOffset.UnixEpoch));
        Assert.All(wrapped, bytes => Assert.False(LiesInTheFiles(bytes)));

        // Whoever has the file, the root key and this code.
        var thief = new TeamSeals(new SqliteKeyStore(_file), new RootKeys(_root), TimeProvider.System);
        Assert.Throws<TeamKeyDestroyedException>(() => thief.Find(victim));
        Assert.Throws<TeamKeyDestroyedException>(() => thief.Get(victim));
        Assert.ThrowsAny<CryptographicException>(() => new RootKeys(_root).Unwrap(store.Load(victim)[0]));
        // And the same for others, which lie elsewhere in the table.
        foreach (var other in ids.Where((id, i) => id != victim && i % 60 == 0))
        {
            var bytes = Assert.Single(store.Load(other)).Wrapped;
            store.Destroy(other, int.MaxValue, DateTimeOffset.UnixEpoch);
            Assert.False(LiesInTheFiles(bytes));
        }
        foreach (var other in ids.Where((id, i) => id != victim && i % 60 != 0))
            Assert.Throws<SealBrokenException>(() => thief.Get(other).Open(Place, sealedBytes));
        Assert.Equal(new KeyDestruction(0, TracesGone: true), store.Destroy(victim, int.MaxValue, DateTimeOffset.UnixEpoch));
    }

    [Fact]
    public void A_replaced_wrapping_is_overwritten_as_well_once_the_log_is_cut()
    {
        var store = new SqliteKeyStore(_file);
        var (team, roots) = (EmbeddedEngine.NewId<TeamId>(), new RootKeys(_root));
        var first = roots.Wrap(team, 1, new byte[32], DateTimeOffset.UnixEpoch);
        store.Add(first);
        store.Put([roots.Wrap(team, 1, new byte[32], DateTimeOffset.UnixEpoch)]);
        using (var writer = _file.OpenWriter()) DataFile.Execute(writer, "pragma wal_checkpoint(truncate)");
        Assert.False(LiesInTheFiles(first.Wrapped));
    }

    [Fact]
    public void Only_the_keys_up_to_the_number_are_destroyed()
    {
        var store = new SqliteKeyStore(_file);
        var (team, roots) = (EmbeddedEngine.NewId<TeamId>(), new RootKeys(_root));
        store.Add(roots.Wrap(team, 1, new byte[32], DateTimeOffset.UnixEpoch));
        for (var number = 2; number <= 3; number++) store.Put([roots.Wrap(team, number, new byte[32], DateTimeOffset.UnixEpoch)]);
        Assert.Equal(2, store.Destroy(team, 2, DateTimeOffset.UnixEpoch).Keys);
        Assert.Equal([false, false, true], store.Load(team).Select(key => key.DestroyedAt is null));
        Assert.Equal(3, new TeamSeals(store, roots, TimeProvider.System).Get(team).ActiveNumber);
    }

    [Fact]
    public void While_somebody_reads_for_long_it_says_that_a_copy_is_left()
    {
        var store = new SqliteKeyStore(_file);
        var team = EmbeddedEngine.NewId<TeamId>();
        store.Add(new RootKeys(_root).Wrap(team, 1, new byte[32], DateTimeOffset.UnixEpoch));
        using (var reader = _file.OpenReader())
        {
            DataFile.Execute(reader, "begin");
            using var command = reader.CreateCommand();
            command.CommandText = "select count(*) from team_keys";
            command.ExecuteScalar();
            Assert.Equal(new KeyDestruction(1, TracesGone: false), store.Destroy(team, int.MaxValue, DateTimeOffset.UnixEpoch));
        }
        Assert.Equal(new KeyDestruction(0, TracesGone: true), store.Destroy(team, int.MaxValue, DateTimeOffset.UnixEpoch));
    }

    public void Dispose() => _folder.Dispose();

    private bool LiesInTheFiles(byte[] bytes) => Directory.GetFiles(_folder.Path).Any(path =>
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        var all = new byte[file.Length];
        file.ReadExactly(all);
        return all.AsSpan().IndexOf(bytes) >= 0;
    });
}
