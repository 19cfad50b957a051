using System.Security.Cryptography;
using System.Text;
using HostAtlas.Engine;
using HostAtlas.Engine.Storage.Sealing;
using HostAtlas.Gateway.People.Sessions;
using HostAtlas.Gateway.Tests.People.Support;
using HostAtlas.Shared.Ids;
using HostAtlas.TestSupport;

namespace HostAtlas.Gateway.Tests.People.Sessions;

public sealed class SessionServiceTests
{
    private const string Email = "ann.the.secret@example.org";
    private static readonly UserId Ann = ResourceId.FromRandom<UserId>(RandomNumberGenerator.GetBytes(16));
    private readonly ManualTimeProvider _time = new(DateTimeOffset.UnixEpoch.AddYears(56));
    private readonly MemorySessionStore _store = new();
    private readonly SessionService _sessions;

    public SessionServiceTests() =>
        _sessions = new SessionService(_store, new SessionSeal(new PlatformKeys(new RootKeys(new byte[32]))), _time);

    [Fact]
    public async Task A_session_ends_7200_seconds_after_its_last_use()
    {
        var value = await _sessions.BeginAsync(Ann, Email, default);
        _time.Advance(TimeSpan.FromSeconds(7199));
        Assert.Equal(Ann, (await _sessions.UseAsync(value, default))?.User);
        _time.Advance(TimeSpan.FromSeconds(7199));
        Assert.NotNull(await _sessions.UseAsync(value, default));
        _time.Advance(TimeSpan.FromSeconds(7200));

        Assert.Null(await _sessions.UseAsync(value, default));
    }

    [Fact]
    public async Task A_session_ends_after_30_days_however_much_it_is_used()
    {
        var value = await _sessions.BeginAsync(Ann, Email, default);
        for (var hours = 1; hours < 30 * 24; hours++)
        {
            _time.Advance(TimeSpan.FromHours(1));
            Assert.NotNull(await _sessions.UseAsync(value, default));
        }
        _time.Advance(TimeSpan.FromMinutes(59));
        Assert.NotNull(await _sessions.UseAsync(value, default));
        _time.Advance(TimeSpan.FromMinutes(1));

        Assert.Null(await _sessions.UseAsync(value, default));
    }

    [Fact]
    public async Task The_store_sees_neither_the_cookie_nor_the_address()
    {
        var value = await _sessions.BeginAsync(Ann, Email, default);
        var row = Assert.Single(_store.Rows);

        Assert.Equal(SHA256.HashData(Encoding.ASCII.GetBytes(value)), row.IdHash);
        Assert.DoesNotContain("secret", Encoding.Latin1.GetString(row.Sealed), StringComparison.Ordinal);
        Assert.DoesNotContain(value, Encoding.Latin1.GetString(row.Sealed), StringComparison.Ordinal);
        Assert.Equal(Email, (await _sessions.UseAsync(value, default))?.Email);
    }

    [Fact]
    public async Task A_payload_moved_into_another_row_does_not_open()
    {
        var annsValue = await _sessions.BeginAsync(Ann, Email, default);
        var otherValue = await _sessions.BeginAsync(Ann, "mallory@example.org", default);
        var anns = _store.Rows.Single(row => row.IdHash.SequenceEqual(SessionCookie.HashOf(annsValue)));
        var others = _store.Rows.Single(row => row.IdHash.SequenceEqual(SessionCookie.HashOf(otherValue)));
        await _store.RemoveAsync(others.IdHash, default);
        await _store.AddAsync(others with { Sealed = anns.Sealed }, default);

        Assert.Null(await _sessions.UseAsync(otherValue, default));
    }

    [Fact]
    public async Task A_payload_with_one_changed_bit_does_not_open()
    {
        var value = await _sessions.BeginAsync(Ann, Email, default);
        var row = Assert.Single(_store.Rows);
        var seal = new SessionSeal(new PlatformKeys(new RootKeys(new byte[32])));
        Assert.True(seal.TryOpen(row.Sealed, row.IdHash, out _));

        for (var bit = 0; bit < row.Sealed.Length * 8; bit++)
        {
            var changed = row.Sealed.ToArray();
            changed[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.False(seal.TryOpen(changed, row.IdHash, out _));
        }
        var otherRoot = new SessionSeal(new PlatformKeys(new RootKeys(Enumerable.Repeat((byte)1, 32).ToArray())));
        Assert.False(otherRoot.TryOpen(row.Sealed, row.IdHash, out _));
        Assert.NotNull(await _sessions.UseAsync(value, default));
    }

    [Fact]
    public async Task Use_is_written_down_at_most_every_five_seconds()
    {
        var value = await _sessions.BeginAsync(Ann, Email, default);
        for (var i = 0; i < 20; i++)
        {
            _time.Advance(TimeSpan.FromSeconds(1));
            await _sessions.UseAsync(value, default);
        }

        Assert.Equal(4, _store.Touches);
    }

    [Fact]
    public async Task An_ended_session_is_gone()
    {
        var value = await _sessions.BeginAsync(Ann, Email, default);
        await _sessions.EndAsync(value, default);

        Assert.Null(await _sessions.UseAsync(value, default));
        Assert.Empty(_store.Rows);
    }
}
