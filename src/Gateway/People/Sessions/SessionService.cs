using System.Security.Cryptography;
using HostAtlas.Engine.Storage;
using HostAtlas.Shared.Ids;

namespace HostAtlas.Gateway.People.Sessions;

/// <summary>
/// People's sessions: begun at sign-in with a new id, renewed by use, ended by sign-out, by 7,200 s without use, or after 30 days whatever
/// happens. The cookie's value is never kept, only its hash. Whether the credentials behind a session are still the person's is not known
/// here: <see cref="Rights.Access"/> asks the person's entity at each call.
/// </summary>
internal sealed class SessionService(ISessionStore store, SessionSeal seal, TimeProvider time)
{
    /// <summary>A session that is not used for this long ends.</summary>
    public static readonly TimeSpan Idle = TimeSpan.FromSeconds(7200);

    /// <summary>A session ends after this long however much it is used.</summary>
    public static readonly TimeSpan Absolute = TimeSpan.FromDays(30);

    /// <summary>An id that was replaced is good this much longer: a page sends several requests at once.</summary>
    public static readonly TimeSpan AliasFor = TimeSpan.FromSeconds(10);

    /// <summary>
    /// Use is written down at most this often: a dashboard asks several things at once every few seconds, and each write is an fsync. A
    /// session may so end up to this much before its 7,200 s.
    /// </summary>
    internal static readonly TimeSpan WrittenEvery = TimeSpan.FromSeconds(5);

    /// <summary>An id for a session that is to begin; it names it and opens nothing.</summary>
    public static SessionId NewId() => ResourceId.FromRandom<SessionId>(RandomNumberGenerator.GetBytes(ResourceId.SizeBytes));

    /// <summary>Begins a session and returns the cookie's value.</summary>
    public async Task<string> BeginAsync(NewSession begun, CancellationToken cancellation)
    {
        var now = Now();
        var session = new Session(
            begun.Id ?? NewId(), begun.User, begun.Email, begun.SignedInAt ?? now, begun.Epoch, begun.Roles, begun.Origin, now);
        return await AddAsync(session, now, cancellation);
    }

    /// <summary>The session of a cookie's value as it stands: a look, which renews nothing; null when there is none (any more).</summary>
    public async Task<Session?> LookAsync(string value, CancellationToken cancellation)
    {
        var now = time.GetUtcNow();
        return await store.FindAsync(SessionCookie.HashOf(value), now, cancellation) is { } row ? Open(row, now) : null;
    }

    /// <summary>The session of a cookie's value, its idle time begun anew; null when there is none (any more).</summary>
    public async Task<Session?> UseAsync(string value, CancellationToken cancellation)
    {
        var (idHash, now) = (SessionCookie.HashOf(value), Now());
        var row = await store.FindAsync(idHash, now, cancellation);
        if (row is null || Open(row, now) is not { } session) return null;
        // A request beside this one that was faster wrote down as much, or took the id away.
        if (!session.IsAlias && now - session.UsedAt >= WrittenEvery)
            await store.ReplaceAsync(row.Sealed, RowOf(session with { UsedAt = now }, row.IdHash, row.CreatedAt), cancellation);
        return session;
    }

    /// <summary>
    /// Gives a session another id, because what its person may do has changed: an id that somebody planted or read before is worth nothing
    /// with the new rights. The old one is an alias for <see cref="AliasFor"/>. Returns the new cookie's value; null when a request beside
    /// this one was faster, or the session has ended.
    /// </summary>
    public async Task<string?> RenewAsync(string value, IReadOnlyList<SeenRole> roles, CancellationToken cancellation)
    {
        var (idHash, now) = (SessionCookie.HashOf(value), Now());
        string? renewed = null;
        // A use that was written down meanwhile has changed the row: once more. Who loses to another renewal finds an alias.
        while (await store.FindAsync(idHash, now, cancellation) is { } row && Open(row, now) is { IsAlias: false } session)
        {
            // The new id is there before the old one goes: a crash between leaves a row nobody knows the id of, which runs out by itself.
            renewed ??= await AddAsync(session with { Roles = roles, UsedAt = now }, row.CreatedAt, cancellation);
            var alias = RowOf(session with { AliasUntil = now + AliasFor }, idHash, row.CreatedAt);
            if (await store.ReplaceAsync(row.Sealed, alias, cancellation)) return renewed;
        }
        if (renewed is not null) await EndAsync(renewed, CancellationToken.None);
        return null;
    }

    /// <summary>Ends the session of a cookie's value, if there is one.</summary>
    public Task EndAsync(string value, CancellationToken cancellation) => store.RemoveAsync(SessionCookie.HashOf(value), cancellation);

    /// <summary>
    /// A person's sessions of an epoch, the latest sign-in first. Ids that were replaced are not among them, nor what has ended.
    /// </summary>
    public async Task<IReadOnlyList<ListedSession>> ListAsync(UserId user, int epoch, CancellationToken cancellation) =>
        [.. (await OfAsync(user, cancellation)).Where(one => !one.Session.IsAlias && one.Session.Epoch == epoch)];

    /// <summary>
    /// Ends every session of a person for which <paramref name="ends"/> says so, ids that were replaced with them, and returns which they
    /// were. Sessions that the epoch has ended already go along.
    /// </summary>
    public async Task<IReadOnlyList<SessionId>> EndAsync(UserId user, Func<SessionId, bool> ends, CancellationToken cancellation)
    {
        var ended = new List<SessionId>();
        foreach (var one in await OfAsync(user, cancellation))
        {
            if (!ends(one.Session.Id)) continue;
            await store.RemoveAsync(one.Row.IdHash, cancellation);
            if (!ended.Contains(one.Session.Id)) ended.Add(one.Session.Id);
        }
        return ended;
    }

    private async Task<IReadOnlyList<ListedSession>> OfAsync(UserId user, CancellationToken cancellation)
    {
        var now = time.GetUtcNow();
        var rows = await store.ListAsync(user, now, cancellation);
        return [.. rows.Select(row => (Row: row, Session: Open(row, now))).Where(one => one.Session is not null)
            .Select(one => new ListedSession(one.Session!, one.Row))];
    }

    // The store filters by its expiry, which nothing vouches for; whether the payload is of this row and person, and how long it is good,
    // is judged here, by the payload alone.
    private Session? Open(SessionRow row, DateTimeOffset now) =>
        seal.TryOpen(row.Sealed, row.IdHash, out var session) && session.User == row.User && now < session.EndsAt ? session : null;

    private async Task<string> AddAsync(Session session, DateTimeOffset createdAt, CancellationToken cancellation)
    {
        var value = SessionCookie.NewValue();
        await store.AddAsync(RowOf(session, SessionCookie.HashOf(value), createdAt), cancellation);
        return value;
    }

    private SessionRow RowOf(Session session, byte[] idHash, DateTimeOffset createdAt) =>
        new(idHash, session.User, createdAt, session.UsedAt, session.EndsAt, seal.Seal(session, idHash));

    // The store keeps milliseconds; a payload that said more would differ from its row.
    private DateTimeOffset Now() => DateTimeOffset.FromUnixTimeMilliseconds(time.GetUtcNow().ToUnixTimeMilliseconds());
}
