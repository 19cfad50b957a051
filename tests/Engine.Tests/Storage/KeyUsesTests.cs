using HostAtlas.Engine.Storage;
using HostAtlas.Engine.Storage.Sqlite;
using HostAtlas.Engine.Tests.Storage.Sqlite;
using HostAtlas.Shared.Ids;
using HostAtlas.TestSupport;
using Microsoft.Extensions.Logging.Abstractions;

namespace HostAtlas.Engine.Tests.Storage;

/// <summary>How often a key's use is written, over a real store that counts.</summary>
public sealed class KeyUsesTests : IDisposable
{
    private static readonly TeamId Team = Named.Id<TeamId>("team");
    private static readonly KeyId One = Named.Id<KeyId>("one"), Two = Named.Id<KeyId>("two");

    private readonly SqliteStoreUnderTest _tables = new();
    private readonly ManualTime _time = new(Named.Noon);
    private readonly CountingStore _store;
    private readonly KeyUses _uses;

    public KeyUsesTests()
    {
        _store = new CountingStore(new SqliteKeyUseStore(_tables.File));
        _uses = new KeyUses(_store, _time, NullLogger<KeyUses>.Instance);
    }

    [Fact]
    public async Task A_busy_key_is_written_once_a_minute_and_ends_with_its_last_use()
    {
        for (var second = 0; second < 180; second++)
        {
            _uses.Note(Team, One);
            if (second % 10 == 9) await _uses.FlushAsync(all: false, default);
            _time.Advance(TimeSpan.FromSeconds(1));
        }
        Assert.Equal(3, _store.Rows);
        await _uses.FlushAsync(all: true, default);
        Assert.Equal(Named.Noon.AddSeconds(179), (await _store.ReadAsync(Team, default))[One]);
    }

    [Fact]
    public async Task All_keys_that_are_due_go_in_one_batch_and_nothing_is_written_when_none_is()
    {
        await _uses.FlushAsync(all: false, default);
        _uses.Note(Team, One);
        _uses.Note(Team, Two);
        _uses.Note(Team, One);
        await _uses.FlushAsync(all: false, default);
        await _uses.FlushAsync(all: true, default);
        Assert.Equal((1, 2), (_store.Batches, _store.Rows));
    }

    [Fact]
    public async Task What_a_store_did_not_take_is_written_later()
    {
        _uses.Note(Team, One);
        _store.IsAway = true;
        await Assert.ThrowsAsync<IOException>(() => _uses.FlushAsync(all: false, default));
        _store.IsAway = false;
        await _uses.FlushAsync(all: false, default);
        Assert.Equal(Named.Noon, (await _store.ReadAsync(Team, default))[One]);
    }

    [Fact]
    public async Task A_platform_that_stops_writes_what_it_has()
    {
        _uses.Note(Team, One);
        await _uses.FlushAsync(all: false, default);
        _time.Advance(TimeSpan.FromSeconds(5));
        _uses.Note(Team, One);
        await _uses.StopAsync(default);
        Assert.Equal(Named.Noon.AddSeconds(5), (await _store.ReadAsync(Team, default))[One]);
    }

    public void Dispose()
    {
        _uses.Dispose();
        _tables.Dispose();
    }

    private sealed class CountingStore(IKeyUseStore inner) : IKeyUseStore
    {
        public int Batches { get; private set; }

        public int Rows { get; private set; }

        public bool IsAway { get; set; }

        public Task WriteAsync(IReadOnlyCollection<KeyUse> uses, CancellationToken cancellation)
        {
            if (IsAway) throw new IOException("The store is away.");
            (Batches, Rows) = (Batches + 1, Rows + uses.Count);
            return inner.WriteAsync(uses, cancellation);
        }

        public Task<IReadOnlyDictionary<KeyId, DateTimeOffset>> ReadAsync(TeamId team, CancellationToken cancellation) =>
            inner.ReadAsync(team, cancellation);
    }
}
