using System.Security.Cryptography;
using HostAtlas.Engine.Storage.Sealing;
using HostAtlas.Engine.Storage.Sqlite;
using HostAtlas.Shared.Ids;
using HostAtlas.TestSupport;

namespace HostAtlas.Engine.Tests.Storage.Sealing;

/// <summary>The teams' keys over a real database.</summary>
public sealed class TeamSealsTests : IDisposable
{
    private static readonly SealPlace Place = new(SealedTable.Teams, null, 0, 0);

    private readonly TempFolder _folder = new();
    private readonly DataFile _file;
    private readonly TeamId _team = EmbeddedEngine.NewId<TeamId>();
    private readonly byte[] _root = RandomNumberGenerator.GetBytes(32);

    public TeamSealsTests()
    {
        _file = new DataFile(_folder.Path);
        _file.Prepare();
    }

    [Fact]
    public void A_team_that_kept_nothing_has_no_key_until_it_seals()
    {
        var seals = Seals(_root);
        Assert.Null(seals.Find(_team));
        var sealedBytes = seals.Get(_team).Seal(Place, "name"u8);
        Assert.Equal("name"u8.ToArray(), seals.Find(_team)!.Open(Place, sealedBytes));
    }

    [Fact]
    public void Another_process_with_the_same_root_key_opens_and_one_with_another_root_does_not()
    {
        var sealedBytes = Seals(_root).Get(_team).Seal(Place, "name"u8);
        Assert.Equal("name"u8.ToArray(), Seals(_root).Find(_team)!.Open(Place, sealedBytes));
        Assert.Throws<CryptographicException>(() => Seals(RandomNumberGenerator.GetBytes(32)).Find(_team));
        // The ring of a rotated root still opens.
        Assert.Equal("name"u8.ToArray(), Seals([.. RandomNumberGenerator.GetBytes(32), .. _root]).Find(_team)!.Open(Place, sealedBytes));
    }

    [Fact]
    public async Task Nodes_that_make_a_teams_first_key_at_once_agree_on_one()
    {
        var nodes = Enumerable.Range(0, 4).Select(_ => Seals(_root)).ToArray();
        var sealedBytes = await Task.WhenAll(nodes.Select(node => Task.Run(() => node.Get(_team).Seal(Place, "name"u8))));
        foreach (var node in nodes)
            Assert.All(sealedBytes, bytes => Assert.Equal("name"u8.ToArray(), node.Get(_team).Open(Place, bytes)));
    }

    [Fact]
    public void While_the_database_is_away_keys_are_used_for_five_minutes_and_no_longer()
    {
        var (store, time) = (new MemoryKeyStore(), new ManualTime(Named.Noon));
        var seals = new TeamSeals(store, new RootKeys(_root), time);
        seals.Get(_team);
        store.Away = new Microsoft.Data.Sqlite.SqliteException("away", 14);
        for (var second = 0; second < 299; second++)
        {
            Assert.NotNull(seals.Find(_team));
            time.Advance(TimeSpan.FromSeconds(1));
        }
        // Not asked for every value: each attempt may wait for a database that is away.
        Assert.InRange(store.Loads, 2, 60);
        time.Advance(TimeSpan.FromSeconds(1));
        Assert.Throws<Microsoft.Data.Sqlite.SqliteException>(() => seals.Find(_team));
        store.Away = null;
        Assert.NotNull(seals.Find(_team));
    }

    [Fact]
    public void A_key_that_another_node_replaced_is_heard_of_within_a_minute()
    {
        var (store, time) = (new SqliteKeyStore(_file), new ManualTime(Named.Noon));
        var seals = new TeamSeals(store, new RootKeys(_root), time);
        var old = seals.Get(_team).Seal(Place, "name"u8);
        store.Put([new RootKeys(_root).Wrap(_team, 2, RandomNumberGenerator.GetBytes(32), Named.Noon)]);
        Assert.Equal(1, seals.Get(_team).ActiveNumber);
        time.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(2, seals.Get(_team).ActiveNumber);
        Assert.Equal("name"u8.ToArray(), seals.Get(_team).Open(Place, old));
        store.Destroy(_team, int.MaxValue, Named.Noon);
        time.Advance(TimeSpan.FromMinutes(1));
        Assert.False(seals.IsDestroyed(_team));
        Assert.Throws<TeamKeyDestroyedException>(() => seals.Find(_team));
        Assert.True(seals.IsDestroyed(_team));
    }

    [Fact]
    public void A_wrapped_key_that_was_moved_to_another_team_or_number_does_not_open()
    {
        var roots = new RootKeys(_root);
        var key = RandomNumberGenerator.GetBytes(32);
        var wrapped = roots.Wrap(_team, 1, key, DateTimeOffset.UnixEpoch);
        Assert.Equal(key, roots.Unwrap(wrapped));
        Assert.ThrowsAny<CryptographicException>(() => roots.Unwrap(wrapped with { Team = EmbeddedEngine.NewId<TeamId>() }));
        Assert.ThrowsAny<CryptographicException>(() => roots.Unwrap(wrapped with { Number = 2 }));
    }

    [Fact]
    public void The_database_holds_neither_the_key_nor_what_it_sealed()
    {
        Seals(_root).Get(_team);
        using var writer = _file.OpenWriter();
        DataFile.Execute(writer, "pragma wal_checkpoint(truncate)");
        var bytes = File.ReadAllBytes(_file.Path);
        Assert.Equal(-1, bytes.AsSpan().IndexOf(_root));
        var roots = new RootKeys(_root);
        Assert.Equal(-1, bytes.AsSpan().IndexOf(roots.Unwrap(Assert.Single(new SqliteKeyStore(_file).Load(_team)))));
    }

    public void Dispose() => _folder.Dispose();

    private TeamSeals Seals(byte[] ring) => new(new SqliteKeyStore(_file), new RootKeys(ring), TimeProvider.System);
}
