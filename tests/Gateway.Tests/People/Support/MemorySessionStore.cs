using System.Collections.Concurrent;
using HostAtlas.Engine.Storage;
using HostAtlas.Shared.Ids;

namespace HostAtlas.Gateway.Tests.People.Support;

/// <summary>Sessions by their hash in memory: lets a test see and move rows.</summary>
internal sealed class MemorySessionStore : ISessionStore
{
    private readonly ConcurrentDictionary<string, SessionRow> _rows = new();

    public IReadOnlyCollection<SessionRow> Rows => [.. _rows.Values];

    public int Touches { get; private set; }

    public Task AddAsync(SessionRow session, CancellationToken cancellation)
    {
        _rows[Convert.ToHexStringLower(session.IdHash)] = session;
        return Task.CompletedTask;
    }

    public Task<SessionRow?> FindAsync(byte[] idHash, DateTimeOffset now, CancellationToken cancellation) =>
        Task.FromResult(_rows.TryGetValue(Convert.ToHexStringLower(idHash), out var row) && row.ExpiresAt > now ? row : null);

    public Task<IReadOnlyList<SessionRow>> ListAsync(UserId user, DateTimeOffset now, CancellationToken cancellation) =>
        Task.FromResult<IReadOnlyList<SessionRow>>(
            [.. _rows.Values.Where(row => row.User == user && row.ExpiresAt > now).OrderByDescending(row => row.CreatedAt)]);

    public Task<bool> ReplaceAsync(
        byte[] idHash, byte[] expected, byte[] payload, DateTimeOffset expiresAt, CancellationToken cancellation)
    {
        var key = Convert.ToHexStringLower(idHash);
        return Task.FromResult(_rows.TryGetValue(key, out var row) && row.Sealed.SequenceEqual(expected)
            && _rows.TryUpdate(key, row with { Sealed = payload, ExpiresAt = expiresAt }, row));
    }

    public Task TouchAsync(byte[] idHash, DateTimeOffset lastUsedAt, DateTimeOffset expiresAt, CancellationToken cancellation)
    {
        Touches++;
        var key = Convert.ToHexStringLower(idHash);
        _rows[key] = _rows[key] with { LastUsedAt = lastUsedAt, ExpiresAt = expiresAt };
        return Task.CompletedTask;
    }

    public Task RemoveAsync(byte[] idHash, CancellationToken cancellation)
    {
        _rows.TryRemove(Convert.ToHexStringLower(idHash), out _);
        return Task.CompletedTask;
    }

    public Task<int> SweepAsync(DateTimeOffset now, CancellationToken cancellation) =>
        Task.FromResult(_rows.Values.Count(row => row.ExpiresAt <= now && _rows.TryRemove(Convert.ToHexStringLower(row.IdHash), out _)));
}
