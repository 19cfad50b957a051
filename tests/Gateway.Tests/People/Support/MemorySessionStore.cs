using System.Collections.Concurrent;
using HostAtlas.Engine.Storage;
using HostAtlas.Shared.Ids;

namespace HostAtlas.Gateway.Tests.People.Support;

/// <summary>Sessions by their hash in memory: lets a test see and move rows.</summary>
internal sealed class MemorySessionStore : ISessionStore
{
    private readonly ConcurrentDictionary<string, SessionRow> _rows = new();

    public IReadOnlyCollection<SessionRow> Rows => [.. _rows.Values];

    public int Replacements { get; private set; }

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

    public Task<bool> ReplaceAsync(byte[] expected, SessionRow anew, CancellationToken cancellation)
    {
        var key = Convert.ToHexStringLower(anew.IdHash);
        var replaced = _rows.TryGetValue(key, out var row) && row.Sealed.SequenceEqual(expected) && _rows.TryUpdate(key, anew, row);
        if (replaced) Replacements++;
        return Task.FromResult(replaced);
    }

    public Task RemoveAsync(byte[] idHash, CancellationToken cancellation)
    {
        _rows.TryRemove(Convert.ToHexStringLower(idHash), out _);
        return Task.CompletedTask;
    }

    public Task<int> SweepAsync(DateTimeOffset now, CancellationToken cancellation) =>
        Task.FromResult(_rows.Values.Count(row => row.ExpiresAt <= now && _rows.TryRemove(Convert.ToHexStringLower(row.IdHash), out _)));
}
