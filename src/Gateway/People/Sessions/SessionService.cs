using System.Security.Cryptography;
using HostAtlas.Engine.Storage;
using HostAtlas.Shared.Ids;

namespace HostAtlas.Gateway.People.Sessions;

/// <summary>
/// People's sessions: begun at sign-in with a new id, renewed by use, ended by sign-out, by 7,200 s without use, or after 30 days whatever
/// happens. The cookie's value is never kept, only its hash.
/// </summary>
internal sealed class SessionService(ISessionStore store, SessionSeal seal, TimeProvider time)
{
    /// <summary>A session that is not used for this long ends.</summary>
    public static readonly TimeSpan Idle = TimeSpan.FromSeconds(7200);

    /// <summary>A session ends after this long however much it is used.</summary>
    public static readonly TimeSpan Absolute = TimeSpan.FromDays(30);

    /// <summary>
    /// Use is written down at most this often: a dashboard asks several things at once every few seconds, and each write is an fsync. A
    /// session may so end up to this much before its 7,200 s.
    /// </summary>
    internal static readonly TimeSpan WrittenEvery = TimeSpan.FromSeconds(5);

    /// <summary>Begins a session and returns the cookie's value.</summary>
    public async Task<string> BeginAsync(UserId user, string email, CancellationToken cancellation)
    {
        var value = SessionCookie.NewValue();
        var idHash = SessionCookie.HashOf(value);
        // The store keeps milliseconds; a payload that said more would differ from its row.
        var now = DateTimeOffset.FromUnixTimeMilliseconds(time.GetUtcNow().ToUnixTimeMilliseconds());
        var session = new Session(ResourceId.FromRandom<SessionId>(RandomNumberGenerator.GetBytes(ResourceId.SizeBytes)), user, email, now);
        await store.AddAsync(new SessionRow(idHash, user, now, now, now + Idle, seal.Seal(session, idHash)), cancellation);
        return value;
    }

    /// <summary>The session of a cookie's value, its idle time begun anew; null when there is none (any more).</summary>
    public async Task<Session?> UseAsync(string value, CancellationToken cancellation)
    {
        var idHash = SessionCookie.HashOf(value);
        var now = time.GetUtcNow();
        var row = await store.FindAsync(idHash, now, cancellation);
        // The store filters by its expiry; whether the payload is of this row and person, and not older than 30 days, is judged here again.
        if (row is null || !seal.TryOpen(row.Sealed, idHash, out var session) || session.User != row.User) return null;
        var end = session.SignedInAt + Absolute;
        if (now >= end) return null;
        if (now - row.LastUsedAt >= WrittenEvery) await store.TouchAsync(idHash, now, Earlier(now + Idle, end), cancellation);
        return session;
    }

    /// <summary>Ends the session of a cookie's value, if there is one.</summary>
    public Task EndAsync(string value, CancellationToken cancellation) => store.RemoveAsync(SessionCookie.HashOf(value), cancellation);

    private static DateTimeOffset Earlier(DateTimeOffset one, DateTimeOffset other) => one < other ? one : other;
}
