using System.Data.Common;
using System.Security.Cryptography;
using HostAtlas.Engine.Storage.Sealing;
using HostAtlas.Engine.Storage.Sealing.Rotation;
using HostAtlas.Engine.Storage.Sqlite;
using HostAtlas.Shared.Ids;
using HostAtlas.Shared.Tokens;
using HostAtlas.TestSupport;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;

namespace HostAtlas.Engine.Tests.Storage.Sealing.Rotation;

/// <summary>A rotation over a real database, and what is left of one that was killed.</summary>
public sealed class KeyRotationTests : IDisposable
{
    private static readonly SealPlace Place = new(SealedTable.Teams, null, 0, 0);

    private readonly TempFolder _folder = new();
    private readonly DataFile _file;
    private readonly byte[] _root = RandomNumberGenerator.GetBytes(32);
    private readonly TeamId[] _teams = [.. Enumerable.Range(0, 5).Select(_ => EmbeddedEngine.NewId<TeamId>())];
    private readonly Dictionary<TeamId, byte[]> _sealed;

    public KeyRotationTests()
    {
        _file = new DataFile(_folder.Path);
        _file.Prepare();
        File.WriteAllBytes(RootKey, _root);
        var seals = new Process(this).Seals;
        _sealed = _teams.ToDictionary(team => team, team => seals.Get(team).Seal(Place, team.ToBytes()));
    }

    private string RootKey => _folder.File("root.key");

    [Fact]
    public void The_file_has_the_new_key_at_its_head_every_team_a_new_data_key_and_what_was_sealed_before_opens()
    {
        var process = new Process(this);
        Assert.Equal(5, process.Rotation.Rotate());

        var ring = File.ReadAllBytes(RootKey);
        Assert.Equal(_root, ring[32..]);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(RootKey));
        Assert.Equal(RootKeys.IdOf(ring.AsSpan(0, 32)), process.Roots.NewestId);
        foreach (var team in _teams)
        {
            Assert.All(process.Store.Load(team), key => Assert.Equal(process.Roots.NewestId, key.RootId));
            Assert.Equal(2, process.Seals.Get(team).ActiveNumber);
        }
        EverythingOpens(process);
        EverythingOpens(new Process(this));
        // Whoever had only the earlier root can open neither key any more.
        var thief = new TeamSeals(new SqliteKeyStore(_file), new RootKeys(_root), TimeProvider.System);
        Assert.Throws<CryptographicException>(() => thief.Find(_teams[0]));
        Assert.Equal(0, process.Rotation.Settle());
    }

    [Fact]
    public void Tokens_sessions_and_addresses_of_earlier_roots_stay_valid_in_the_running_process()
    {
        var process = new Process(this);
        var keys = new PlatformKeys(process.Roots);
        var (address, old) = (keys.AddressOf("ada@example.org"), keys.SessionSeals[0]);
        var token = TokenForm.Write(TokenKind.Agent, _teams[0], EmbeddedEngine.NewId<ServerId>(), new byte[32], keys.TokenKey);
        process.Rotation.Rotate();

        Assert.True(TokenForm.TryRead<ServerId>(TokenKind.Agent, token, keys.TokenKeys, out _));
        Assert.Equal(old, keys.SessionSeals[1]);
        Assert.Equal(address, keys.AddressOf("ada@example.org"));
        // New ones are of the new root.
        var young = TokenForm.Write(TokenKind.Agent, _teams[0], EmbeddedEngine.NewId<ServerId>(), new byte[32], keys.TokenKey);
        Assert.False(TokenForm.TryRead<ServerId>(TokenKind.Agent, young, [TokenKey.FromRoot(_root)], out _));
        var after = new PlatformKeys(new RootKeys(File.ReadAllBytes(RootKey)));
        Assert.True(TokenForm.TryRead<ServerId>(TokenKind.Agent, young, after.TokenKeys, out _));
        Assert.Equal(address, after.AddressOf("ada@example.org"));
    }

    [Fact]
    public void Killed_after_the_file_was_written_it_is_finished_by_the_next_start()
    {
        var young = RandomNumberGenerator.GetBytes(32);
        new RootKeyFile(_folder.Path).Write(_root, [.. young, .. _root]);

        var next = new Process(this);
        EverythingOpens(next);
        Assert.Equal(5, next.Rotation.Settle());
        Assert.All(_teams, team => Assert.Equal(2, next.Seals.Get(team).ActiveNumber));
        EverythingOpens(next);
    }

    [Fact]
    public void Killed_among_the_teams_it_is_finished_by_the_next_start_and_no_team_gets_two_keys()
    {
        new RootKeyFile(_folder.Path).Write(_root, [.. RandomNumberGenerator.GetBytes(32), .. _root]);
        var killed = new Process(this);
        // Each of the states that a store without transactions could be left in, too: all of it, the new key alone, nothing.
        var plans = _teams.Take(2)
            .Select(team => KeyRotation.Plan(killed.Roots, killed.Store.Load(team), DateTimeOffset.UnixEpoch).ToList()).ToList();
        killed.Store.Put([.. plans[0], plans[1][0]]);

        var next = new Process(this);
        EverythingOpens(next);
        Assert.Equal(4, next.Rotation.Settle());
        Assert.All(_teams, team => Assert.Equal(2, next.Store.Load(team).Count));
        Assert.All(_teams, team => Assert.All(next.Store.Load(team), key => Assert.Equal(next.Roots.NewestId, key.RootId)));
        EverythingOpens(next);
    }

    [Fact]
    public void Killed_while_it_wrote_the_file_it_leaves_the_earlier_ring_and_can_be_repeated()
    {
        File.WriteAllBytes(RootKey + ".new", new byte[10]);
        EverythingOpens(new Process(this));
        new Process(this).Rotation.Rotate();
        Assert.False(File.Exists(RootKey + ".new"));
        EverythingOpens(new Process(this));
    }

    [Fact]
    public void A_file_that_somebody_changed_or_took_away_stops_the_rotation_before_it_does_anything()
    {
        var process = new Process(this);
        File.WriteAllBytes(RootKey, RandomNumberGenerator.GetBytes(32));
        Assert.Contains("Restart", Assert.Throws<RootKeyFileException>(() => process.Rotation.Rotate()).Message, StringComparison.Ordinal);
        File.Delete(RootKey);
        Assert.Throws<RootKeyFileException>(() => process.Rotation.Rotate());
        Assert.False(File.Exists(RootKey));
        Assert.All(_teams, team => Assert.Equal(1, process.Seals.Get(team).ActiveNumber));
    }

    [Fact]
    public void A_database_that_is_away_leaves_the_ring_as_it_was_and_one_that_goes_away_half_way_says_that_it_is_not()
    {
        var process = new Process(this);
        var away = new GoesAway(process.Store);
        var rotation = new KeyRotation(process.Roots, new RootKeyFile(_folder.Path), away, process.Seals, TimeProvider.System,
            NullLogger<KeyRotation>.Instance);
        Assert.ThrowsAny<DbException>(() => rotation.Rotate());
        Assert.Equal(32, new FileInfo(RootKey).Length);

        away.AnswersFirst = 1;
        var unfinished = Assert.Throws<RotationUnfinishedException>(() => rotation.Rotate());
        Assert.Contains("back it up now", unfinished.Message, StringComparison.Ordinal);
        Assert.Equal(64, new FileInfo(RootKey).Length);
        EverythingOpens(new Process(this));
        // Once it is back the rest follows.
        away.AnswersFirst = int.MaxValue;
        Assert.Equal(_teams.Length, rotation.Settle());
        EverythingOpens(new Process(this));
    }

    [Fact]
    public void A_ring_of_32_keys_is_full_and_still_opens_everything()
    {
        var process = new Process(this);
        for (var keys = 2; keys <= 32; keys++) process.Rotation.Rotate();
        Assert.Throws<InvalidOperationException>(() => process.Rotation.Rotate());
        Assert.Equal(32 * 32, new FileInfo(RootKey).Length);
        EverythingOpens(new Process(this));
    }

    [Fact]
    public void A_team_whose_keys_were_destroyed_gets_none_and_one_damaged_team_holds_up_no_other()
    {
        var process = new Process(this);
        process.Store.Destroy(_teams[0], int.MaxValue, DateTimeOffset.UnixEpoch);
        using (var writer = _file.OpenWriter())
        {
            var id = Convert.ToHexString(_teams[1].ToBytes());
            DataFile.Execute(writer, $"update team_keys set wrapped = zeroblob(60) where team = x'{id}'");
        }
        Assert.Equal(3, process.Rotation.Rotate());
        Assert.NotNull(Assert.Single(process.Store.Load(_teams[0])).DestroyedAt);
        Assert.Throws<TeamKeyDestroyedException>(() => process.Seals.Get(_teams[0]));
        // Nor does a rotation that read the keys before bring them back.
        process.Store.Put([process.Roots.Wrap(_teams[0], 2, new byte[32], DateTimeOffset.UnixEpoch)]);
        Assert.Single(process.Store.Load(_teams[0]));
    }

    public void Dispose() => _folder.Dispose();

    private void EverythingOpens(Process process) =>
        Assert.All(_teams, team => Assert.Equal(team.ToBytes(), process.Seals.Find(team)!.Open(Place, _sealed[team])));

    /// <summary>A process on the folder, as it would start now.</summary>
    private sealed class Process
    {
        public Process(KeyRotationTests test)
        {
            Roots = new RootKeys(File.ReadAllBytes(test.RootKey));
            Store = new SqliteKeyStore(test._file);
            Seals = new TeamSeals(Store, Roots, TimeProvider.System);
            Rotation = new KeyRotation(
                Roots, new RootKeyFile(test._folder.Path), Store, Seals, TimeProvider.System, NullLogger<KeyRotation>.Instance);
        }

        public RootKeys Roots { get; }

        public SqliteKeyStore Store { get; }

        public TeamSeals Seals { get; }

        public KeyRotation Rotation { get; }
    }

    /// <summary>A store whose database answers the first few times only.</summary>
    private sealed class GoesAway(IKeyStore store) : IKeyStore
    {
        public int AnswersFirst { get; set; }

        public IReadOnlyList<WrappedKey> Load(TeamId team) => store.Load(team);

        public void Add(WrappedKey key) => store.Add(key);

        public IReadOnlyList<WrappedKey> LoadPage(TeamId? after, int teams) =>
            AnswersFirst-- > 0 ? store.LoadPage(after, teams) : throw new SqliteException("The database is away.", 14);

        public void Put(IReadOnlyList<WrappedKey> keys) => store.Put(keys);

        public KeyDestruction Destroy(TeamId team, int throughNumber, DateTimeOffset at) => store.Destroy(team, throughNumber, at);
    }
}
