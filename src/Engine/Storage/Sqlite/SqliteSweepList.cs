using HostAtlas.Engine.Presence;
using HostAtlas.Shared.Ids;

namespace HostAtlas.Engine.Storage.Sqlite;

/// <summary>The list of sweeps in <c>data.db</c>.</summary>
public sealed class SqliteSweepList(DataFile file) : ISweepList
{
    // Below every id: none is all zeros.
    private static readonly byte[] Lowest = new byte[ResourceId.SizeBytes];

    /// <inheritdoc />
    public Task<IReadOnlyList<ServerKey>> DueAsync(DateTimeOffset now, int limit, CancellationToken cancellation) => ReadAsync(
        "select team, server from backup_sweeps where due_at_ms <= ? order by due_at_ms limit ?",
        statement => statement.Bind(1, now.ToUnixTimeMilliseconds()).Bind(2, limit), cancellation);

    /// <inheritdoc />
    public Task<IReadOnlyList<ServerKey>> ServersAsync(ServerKey? after, int limit, CancellationToken cancellation) => ReadAsync(
        "select team, server from backup_sweeps where (team, server) > (?, ?) order by team, server limit ?",
        statement => statement.Bind(1, after?.Team.ToBytes() ?? Lowest).Bind(2, after?.Server.ToBytes() ?? Lowest).Bind(3, limit),
        cancellation);

    /// <inheritdoc />
    public Task MoveAsync(ServerKey server, DateTimeOffset next, CancellationToken cancellation) => Task.Run(() =>
    {
        using var connection = file.OpenWriter();
        using var move = new NativeStatement(connection, "update backup_sweeps set due_at_ms = ?3 where team = ?1 and server = ?2");
        move.BindServer(server).Bind(3, next.ToUnixTimeMilliseconds()).Run();
    }, cancellation);

    private Task<IReadOnlyList<ServerKey>> ReadAsync(string sql, Action<NativeStatement> bind, CancellationToken cancellation) =>
        Task.Run<IReadOnlyList<ServerKey>>(() =>
        {
            using var connection = file.OpenReader();
            using var statement = new NativeStatement(connection, sql);
            bind(statement);
            var servers = new List<ServerKey>();
            while (statement.Next()) servers.Add(statement.Server(0));
            return servers;
        }, cancellation);
}
