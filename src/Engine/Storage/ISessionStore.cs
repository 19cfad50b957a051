using HostAtlas.Shared.Ids;

namespace HostAtlas.Engine.Storage;

/// <summary>Where people's sessions lie. The store never sees a session's id, only SHA-256 of it, and its payload only sealed.</summary>
public interface ISessionStore
{
    /// <summary>Keeps a new session.</summary>
    Task AddAsync(SessionRow session, CancellationToken cancellation);

    /// <summary>Finds a session that has not expired at <paramref name="now"/>.</summary>
    Task<SessionRow?> FindAsync(byte[] idHash, DateTimeOffset now, CancellationToken cancellation);

    /// <summary>A person's sessions that have not expired at <paramref name="now"/>, the latest sign-in first.</summary>
    Task<IReadOnlyList<SessionRow>> ListAsync(UserId user, DateTimeOffset now, CancellationToken cancellation);

    /// <summary>
    /// Puts payload, last use and expiry of <paramref name="anew"/> in the place of what its id has, if that still holds the payload
    /// <paramref name="expected"/>; false when it holds another by now (of two that try, one wins).
    /// </summary>
    Task<bool> ReplaceAsync(byte[] expected, SessionRow anew, CancellationToken cancellation);

    /// <summary>Ends one session.</summary>
    Task RemoveAsync(byte[] idHash, CancellationToken cancellation);

    /// <summary>Deletes what has expired.</summary>
    Task<int> SweepAsync(DateTimeOffset now, CancellationToken cancellation);
}

/// <summary>
/// A session at rest. Its times are for order and sweeping alone: what counts is what the payload says, which nobody can alter here.
/// </summary>
/// <param name="IdHash">SHA-256 of the cookie's value, 32 bytes.</param>
/// <param name="Sealed">The payload under AES-256-GCM.</param>
/// <param name="ExpiresAt">The earlier of idle and absolute expiry.</param>
public sealed record SessionRow(
    byte[] IdHash, UserId User, DateTimeOffset CreatedAt, DateTimeOffset LastUsedAt, DateTimeOffset ExpiresAt, byte[] Sealed);
