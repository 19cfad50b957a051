using System.Security.Cryptography;
using System.Text;
using HostAtlas.Engine.Storage;
using HostAtlas.Engine.Storage.Sqlite;
using HostAtlas.Shared.Ids;
using HostAtlas.TestSupport;

namespace HostAtlas.Engine.Tests.Storage.Sqlite;

public sealed class SqliteSessionStoreTests : IDisposable
{
    private static readonly DateTimeOffset Now = DateTimeOffset.FromUnixTimeMilliseconds(1_700_000_000_000);

    private readonly TempFolder _folder = new();
    private readonly DataFile _file;
    private readonly SqliteSessionStore _sessions;

    public SqliteSessionStoreTests()
    {
        _file = new DataFile(_folder.Path);
        _file.Prepare();
        _sessions = new SqliteSessionStore(_file);
    }

    [Fact]
    public async Task A_session_comes_back_as_it_was_until_it_expires()
    {
        var session = Session("one");
        await _sessions.AddAsync(session, CancellationToken.None);
        var found = await _sessions.FindAsync(session.IdHash, Now, CancellationToken.None);
        Assert.NotNull(found);
        Assert.Equal(session with { IdHash = found.IdHash, Sealed = found.Sealed }, found);
        Assert.Equal(session.IdHash, found.IdHash);
        Assert.Equal(session.Sealed, found.Sealed);
        Assert.NotNull(await _sessions.FindAsync(session.IdHash, session.ExpiresAt.AddMilliseconds(-1), CancellationToken.None));
        Assert.Null(await _sessions.FindAsync(session.IdHash, session.ExpiresAt, CancellationToken.None));
        Assert.Null(await _sessions.FindAsync(Session("two").IdHash, Now, CancellationToken.None));
    }

    [Fact]
    public async Task Using_a_session_moves_its_expiry_and_ending_it_ends_only_this_one()
    {
        var (one, two) = (Session("one"), Session("two"));
        await _sessions.AddAsync(one, CancellationToken.None);
        await _sessions.AddAsync(two, CancellationToken.None);
        await _sessions.TouchAsync(one.IdHash, Now.AddHours(1), Now.AddHours(3), CancellationToken.None);
        var touched = await _sessions.FindAsync(one.IdHash, Now.AddHours(2.5), CancellationToken.None);
        Assert.Equal((Now.AddHours(1), Now.AddHours(3)), (touched!.LastUsedAt, touched.ExpiresAt));
        await _sessions.RemoveAsync(one.IdHash, CancellationToken.None);
        Assert.Null(await _sessions.FindAsync(one.IdHash, Now, CancellationToken.None));
        Assert.NotNull(await _sessions.FindAsync(two.IdHash, Now, CancellationToken.None));
    }

    [Fact]
    public async Task Sweeping_removes_what_has_expired_and_nothing_else()
    {
        var (old, live) = (Session("old"), Session("live"));
        await _sessions.AddAsync(old with { ExpiresAt = Now }, CancellationToken.None);
        await _sessions.AddAsync(live, CancellationToken.None);
        Assert.Equal(1, await _sessions.SweepAsync(Now, CancellationToken.None));
        Assert.Equal(0, await _sessions.SweepAsync(Now, CancellationToken.None));
        Assert.NotNull(await _sessions.FindAsync(live.IdHash, Now, CancellationToken.None));
    }

    public void Dispose() => _folder.Dispose();

    private static SessionRow Session(string name) => new(
        SHA256.HashData(Encoding.ASCII.GetBytes(name)), EmbeddedEngine.NewId<UserId>(), Now.AddHours(-1), Now, Now.AddHours(2), [1, 2, 3]);
}
