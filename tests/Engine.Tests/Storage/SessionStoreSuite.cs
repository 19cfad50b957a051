using System.Security.Cryptography;
using System.Text;
using HostAtlas.Engine.Storage;
using HostAtlas.Shared.Ids;

namespace HostAtlas.Engine.Tests.Storage;

/// <summary>What a store of sessions promises, whichever it is.</summary>
public abstract class SessionStoreSuite
{
    private static readonly DateTimeOffset Now = DateTimeOffset.FromUnixTimeMilliseconds(1_700_000_000_000);

    /// <summary>The store that this suite is run against, empty.</summary>
    protected abstract ISessionStore Sessions { get; }

    [Fact]
    public async Task A_session_comes_back_as_it_was_until_it_expires()
    {
        var session = Session("one");
        await Sessions.AddAsync(session, CancellationToken.None);
        var found = await Sessions.FindAsync(session.IdHash, Now, CancellationToken.None);
        Assert.NotNull(found);
        Assert.Equal(session with { IdHash = found.IdHash, Sealed = found.Sealed }, found);
        Assert.Equal(session.IdHash, found.IdHash);
        Assert.Equal(session.Sealed, found.Sealed);
        Assert.NotNull(await Sessions.FindAsync(session.IdHash, session.ExpiresAt.AddMilliseconds(-1), CancellationToken.None));
        Assert.Null(await Sessions.FindAsync(session.IdHash, session.ExpiresAt, CancellationToken.None));
        Assert.Null(await Sessions.FindAsync(Session("two").IdHash, Now, CancellationToken.None));
    }

    [Fact]
    public async Task Using_a_session_moves_its_expiry_and_ending_it_ends_only_this_one()
    {
        var (one, two) = (Session("one"), Session("two"));
        await Sessions.AddAsync(one, CancellationToken.None);
        await Sessions.AddAsync(two, CancellationToken.None);
        Assert.True(await Sessions.ReplaceAsync(one.Sealed,
            one with { LastUsedAt = Now.AddHours(1), ExpiresAt = Now.AddHours(3), Sealed = [4] }, CancellationToken.None));
        var touched = await Sessions.FindAsync(one.IdHash, Now.AddHours(2.5), CancellationToken.None);
        Assert.Equal((Now.AddHours(1), Now.AddHours(3)), (touched!.LastUsedAt, touched.ExpiresAt));
        await Sessions.RemoveAsync(one.IdHash, CancellationToken.None);
        Assert.Null(await Sessions.FindAsync(one.IdHash, Now, CancellationToken.None));
        Assert.NotNull(await Sessions.FindAsync(two.IdHash, Now, CancellationToken.None));
    }

    [Fact]
    public async Task Sweeping_removes_what_has_expired_and_nothing_else()
    {
        var (old, live) = (Session("old"), Session("live"));
        await Sessions.AddAsync(old with { ExpiresAt = Now }, CancellationToken.None);
        await Sessions.AddAsync(live, CancellationToken.None);
        Assert.Equal(1, await Sessions.SweepAsync(Now, CancellationToken.None));
        Assert.Equal(0, await Sessions.SweepAsync(Now, CancellationToken.None));
        Assert.NotNull(await Sessions.FindAsync(live.IdHash, Now, CancellationToken.None));
    }

    [Fact]
    public async Task A_persons_sessions_are_listed_the_latest_first_until_they_expire()
    {
        var user = EmbeddedEngine.NewId<UserId>();
        var (old, late, gone) = (Session("old") with { User = user }, Session("late") with { User = user, CreatedAt = Now },
            Session("gone") with { User = user, ExpiresAt = Now });
        foreach (var session in new[] { old, late, gone, Session("another's") })
            await Sessions.AddAsync(session, CancellationToken.None);

        var listed = await Sessions.ListAsync(user, Now, CancellationToken.None);
        Assert.Equal([late.IdHash, old.IdHash], listed.Select(row => row.IdHash));
        Assert.Equal((late.User, late.CreatedAt, late.LastUsedAt, late.ExpiresAt),
            (listed[0].User, listed[0].CreatedAt, listed[0].LastUsedAt, listed[0].ExpiresAt));
        Assert.Equal(late.Sealed, listed[0].Sealed);
        Assert.Empty(await Sessions.ListAsync(EmbeddedEngine.NewId<UserId>(), Now, CancellationToken.None));
    }

    [Fact]
    public async Task Of_two_that_replace_one_payload_one_wins()
    {
        var session = Session("one");
        await Sessions.AddAsync(session, CancellationToken.None);

        var (won, lost) = (session with { Sealed = [7], ExpiresAt = Now.AddSeconds(10) }, session with { Sealed = [8] });
        Assert.True(await Sessions.ReplaceAsync(session.Sealed, won, CancellationToken.None));
        Assert.False(await Sessions.ReplaceAsync(session.Sealed, lost, CancellationToken.None));
        var found = await Sessions.FindAsync(session.IdHash, Now, CancellationToken.None);
        Assert.Equal([7], found!.Sealed);
        Assert.Equal(Now.AddSeconds(10), found.ExpiresAt);
    }

    private static SessionRow Session(string name) => new(
        SHA256.HashData(Encoding.ASCII.GetBytes(name)), EmbeddedEngine.NewId<UserId>(), Now.AddHours(-1), Now, Now.AddHours(2), [1, 2, 3]);
}
