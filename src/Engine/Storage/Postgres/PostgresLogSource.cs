using HostAtlas.Engine.Logs;
using HostAtlas.Engine.Presence;

namespace HostAtlas.Engine.Storage.Postgres;

/// <summary>Reads log lines through a <see cref="PostgresTeamScope"/>, a bounded number at a time.</summary>
public sealed class PostgresLogSource(PostgresDatabase database) : ILogSource
{
    private const int LinesAStep = 500;

    /// <inheritdoc />
    public async Task VisitAsync(
        ServerKey server, long fromMs, LogPlace before, SealedLineVisitor visit, CancellationToken cancellation)
    {
        await using var scope = await PostgresTeamScope.OpenAsync(database, server.Team, cancellation).ConfigureAwait(false);
        for (LogPlace? at = before; at is { } place;)
        {
            // at_ms is bounded on both sides for itself: only so are days outside of the range left out.
            await using var command = scope.Command("""
                select at_ms, key, number, line from log_lines
                where server = $1 and at_ms >= $2 and at_ms <= $3 and (at_ms, key, number) < ($3, $4, $5)
                order by at_ms desc, key desc, number desc limit $6
                """, server.Server.Value, fromMs, place.AtMs, place.Key, place.Number, LinesAStep);
            at = await VisitAsync(command, visit, cancellation).ConfigureAwait(false);
        }
    }

    /// <summary>The last line of a full step; null when there are no more, or no more are wanted.</summary>
    private static async Task<LogPlace?> VisitAsync(
        Npgsql.NpgsqlCommand command, SealedLineVisitor visit, CancellationToken cancellation)
    {
        await using var reader = await command.ExecuteReaderAsync(cancellation).ConfigureAwait(false);
        LogPlace? last = null;
        var lines = 0;
        while (await reader.ReadAsync(cancellation).ConfigureAwait(false))
        {
            var place = new LogPlace(reader.GetInt64(0), reader.GetInt64(1), reader.GetInt32(2));
            if (!visit(place, reader.GetFieldValue<byte[]>(3))) return null;
            (last, lines) = (place, lines + 1);
        }
        return lines == LinesAStep ? last : null;
    }
}
