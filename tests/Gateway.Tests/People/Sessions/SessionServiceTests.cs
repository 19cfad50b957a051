using System.Security.Cryptography;
using System.Text;
using HostAtlas.Engine;
using HostAtlas.Engine.Storage.Sealing;
using HostAtlas.Engine.Teams;
using HostAtlas.Gateway.People.Sessions;
using HostAtlas.Gateway.Tests.People.Support;
using HostAtlas.Shared.Ids;
using HostAtlas.TestSupport;

namespace HostAtlas.Gateway.Tests.People.Sessions;

public sealed class SessionServiceTests
{
    private const string Email = "ann.the.secret@example.org";
    private static readonly TeamId Team = ResourceId.FromRandom<TeamId>(RandomNumberGenerator.GetBytes(16));
    private static readonly UserId Bob = ResourceId.FromRandom<UserId>(RandomNumberGenerator.GetBytes(16));
    private static readonly UserId Ann = ResourceId.FromRandom<UserId>(RandomNumberGenerator.GetBytes(16));
    private readonly ManualTimeProvider _time = new(DateTimeOffset.UnixEpoch.AddYears(56));
    private readonly MemorySessionStore _store = new();
    private readonly RootKeys _ring = new(new byte[32]);
    private readonly SessionService _sessions;

    public SessionServiceTests() =>
        _sessions = new SessionService(_store, new SessionSeal(new PlatformKeys(_ring)), _time);

    [Fact]
    public async Task A_session_ends_7200_seconds_after_its_last_use()
    {
        var value = await _sessions.BeginAsync(New(), default);
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
        var value = await _sessions.BeginAsync(New(), default);
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
        var value = await _sessions.BeginAsync(New(), default);
        var row = Assert.Single(_store.Rows);

        Assert.Equal(SHA256.HashData(Encoding.ASCII.GetBytes(value)), row.IdHash);
        Assert.DoesNotContain("secret", Encoding.Latin1.GetString(row.Sealed), StringComparison.Ordinal);
        Assert.DoesNotContain(value, Encoding.Latin1.GetString(row.Sealed), StringComparison.Ordinal);
        Assert.Equal(Email, (await _sessions.UseAsync(value, default))?.Email);
    }

    [Fact]
    public async Task A_payload_moved_into_another_row_does_not_open()
    {
        var annsValue = await _sessions.BeginAsync(New(), default);
        var otherValue = await _sessions.BeginAsync(New("mallory@example.org"), default);
        var anns = _store.Rows.Single(row => row.IdHash.SequenceEqual(SessionCookie.HashOf(annsValue)));
        var others = _store.Rows.Single(row => row.IdHash.SequenceEqual(SessionCookie.HashOf(otherValue)));
        await _store.RemoveAsync(others.IdHash, default);
        await _store.AddAsync(others with { Sealed = anns.Sealed }, default);

        Assert.Null(await _sessions.UseAsync(otherValue, default));
    }

    [Fact]
    public async Task Times_that_somebody_wrote_beside_the_payload_prolong_nothing()
    {
        var (used, idle) = (await _sessions.BeginAsync(New(), default), await _sessions.BeginAsync(New(), default));
        _time.Advance(TimeSpan.FromSeconds(7000));
        Assert.NotNull(await _sessions.UseAsync(used, default));
        _time.Advance(TimeSpan.FromSeconds(200));
        foreach (var row in _store.Rows)
            await _store.AddAsync(row with { LastUsedAt = _time.GetUtcNow(), ExpiresAt = _time.GetUtcNow().AddYears(1) }, default);

        Assert.Null(await _sessions.UseAsync(idle, default));
        Assert.Null(await _sessions.LookAsync(idle, default));
        Assert.Null(await _sessions.RenewAsync(idle, [], default));
        Assert.Single(await _sessions.ListAsync(Ann, 0, default));
        Assert.NotNull(await _sessions.UseAsync(used, default));
    }

    [Fact]
    public async Task A_row_of_an_earlier_use_put_back_is_good_from_that_use_on_and_no_longer()
    {
        var value = await _sessions.BeginAsync(New(), default);
        var early = Assert.Single(_store.Rows);
        _time.Advance(TimeSpan.FromSeconds(7000));
        Assert.NotNull(await _sessions.UseAsync(value, default));
        _time.Advance(TimeSpan.FromSeconds(200));
        await _store.AddAsync(early with { ExpiresAt = _time.GetUtcNow().AddYears(1) }, default);

        Assert.Null(await _sessions.UseAsync(value, default));
    }

    [Fact]
    public async Task A_payload_with_one_changed_bit_does_not_open()
    {
        var value = await _sessions.BeginAsync(New(), default);
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
        var value = await _sessions.BeginAsync(New(), default);
        for (var i = 0; i < 20; i++)
        {
            _time.Advance(TimeSpan.FromSeconds(1));
            await _sessions.UseAsync(value, default);
        }

        Assert.Equal(4, _store.Replacements);
    }

    [Fact]
    public async Task An_ended_session_is_gone()
    {
        var value = await _sessions.BeginAsync(New(), default);
        await _sessions.EndAsync(value, default);

        Assert.Null(await _sessions.UseAsync(value, default));
        Assert.Empty(_store.Rows);
    }

    [Fact]
    public async Task A_renewed_session_has_another_id_and_the_old_one_is_good_for_ten_seconds_and_renews_nothing()
    {
        var old = await _sessions.BeginAsync(New(), default);
        var begun = await _sessions.UseAsync(old, default);
        var renewed = await _sessions.RenewAsync(old, [new SeenRole(Team, TeamRole.Owner)], default);

        Assert.NotNull(renewed);
        Assert.NotEqual(old, renewed);
        var session = await _sessions.UseAsync(renewed, default);
        Assert.Equal((begun!.Id, begun.SignedInAt, false), (session!.Id, session.SignedInAt, session.IsAlias));
        Assert.Equal([new SeenRole(Team, TeamRole.Owner)], session.Roles);
        Assert.Null(await _sessions.RenewAsync(old, [], default));
        _time.Advance(TimeSpan.FromSeconds(9));
        Assert.True((await _sessions.UseAsync(old, default))?.IsAlias);
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Null(await _sessions.UseAsync(old, default));
        Assert.NotNull(await _sessions.UseAsync(renewed, default));
    }

    [Fact]
    public async Task Of_two_requests_that_renew_one_session_one_wins_and_no_third_id_is_left()
    {
        var old = await _sessions.BeginAsync(New(), default);
        var both = await Task.WhenAll(
            Enumerable.Range(0, 8).Select(_ => Task.Run(() => _sessions.RenewAsync(old, [], default))));

        Assert.Single(both, value => value is not null);
        Assert.Equal(2, _store.Rows.Count);
        Assert.Single(await _sessions.ListAsync(Ann, 0, default));
    }

    [Fact]
    public async Task Renewing_does_not_prolong_the_thirty_days()
    {
        var value = await _sessions.BeginAsync(New(), default);
        for (var hours = 1; hours < 30 * 24; hours++)
        {
            _time.Advance(TimeSpan.FromHours(1));
            value = await _sessions.RenewAsync(value, [], default);
            Assert.NotNull(value);
        }
        _time.Advance(TimeSpan.FromHours(1));

        Assert.Null(await _sessions.UseAsync(value, default));
    }

    [Fact]
    public async Task A_person_lists_and_ends_the_own_sessions_and_nobody_elses()
    {
        var one = await _sessions.BeginAsync(New(), default);
        _time.Advance(TimeSpan.FromSeconds(1));
        var two = await _sessions.BeginAsync(New(), default);
        var bobs = await _sessions.BeginAsync(New() with { User = Bob }, default);
        await _sessions.BeginAsync(New() with { Epoch = 1 }, default);
        var (first, second) = ((await _sessions.UseAsync(one, default))!.Id, (await _sessions.UseAsync(two, default))!.Id);

        Assert.Equal([second, first], (await _sessions.ListAsync(Ann, 0, default)).Select(listed => listed.Session.Id));
        Assert.Equal([first], await _sessions.EndAsync(Ann, id => id == first, default));
        Assert.Empty(await _sessions.EndAsync(Ann, id => id == first, default));
        Assert.Null(await _sessions.UseAsync(one, default));
        Assert.NotNull(await _sessions.UseAsync(two, default));
        Assert.NotNull(await _sessions.UseAsync(bobs, default));
    }

    [Fact]
    public async Task Ending_a_session_ends_the_id_that_was_replaced_as_well()
    {
        var old = await _sessions.BeginAsync(New(), default);
        var renewed = await _sessions.RenewAsync(old, [], default);
        var id = (await _sessions.UseAsync(renewed!, default))!.Id;
        await _sessions.EndAsync(Ann, one => one == id, default);

        Assert.Null(await _sessions.UseAsync(old, default));
        Assert.Empty(_store.Rows);
    }

    [Fact]
    public async Task A_session_outlives_a_rotation_of_the_root_key()
    {
        var value = await _sessions.BeginAsync(New(), default);
        _ring.Prepend(RandomNumberGenerator.GetBytes(32));

        Assert.Equal(Ann, (await _sessions.UseAsync(value, default))?.User);
    }

    private static NewSession New(string email = Email) => new(Ann, email, 0, [], new SessionOrigin("192.0.2.1", "a browser"));
}
