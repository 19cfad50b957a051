using HostAtlas.Engine.Presence;
using HostAtlas.Shared.Ids;

namespace HostAtlas.Engine.Storage.Sqlite;

/// <summary>How far a retention pass has come: after which server it goes on.</summary>
internal readonly record struct RetentionCursor(ServerKey After, bool IsEnd)
{
    /// <summary>Before the first server.</summary>
    public static readonly RetentionCursor Start;

    /// <summary>Behind the last server.</summary>
    public static readonly RetentionCursor End = new(default, IsEnd: true);
}

/// <summary>
/// One step of a retention pass: a transaction of at most about a thousand rows, a few milliseconds, so that a flush never waits long
/// behind it, not even when weeks have to go after the retention was shortened.
/// </summary>
internal static class RetentionStep
{
    private const int RowsAStep = 1_000, ServersAStep = 200;

    /// <summary>Deletes what is older and gives where to go on, and how many reports went.</summary>
    public static (RetentionCursor Next, int Deleted) Run(RowWriter writer, RetentionCursor from, DateTimeOffset oldest)
    {
        writer.Begin();
        try
        {
            var result = DeleteSome(writer, from.After, oldest);
            writer.Commit();
            return result;
        }
        catch
        {
            writer.Rollback();
            throw;
        }
    }

    private static (RetentionCursor, int) DeleteSome(RowWriter writer, ServerKey after, DateTimeOffset oldest)
    {
        using var next = new NativeStatement(writer.Connection,
            "select team, server from metric_sets where (team, server) > (?, ?) order by team, server limit 1");
        using var bound = new NativeStatement(writer.Connection, $"""
            select max(at_ms) from
                (select at_ms from metric_rows where team = ? and server = ? and at_ms < ? order by at_ms limit {RowsAStep})
            """);
        using var rows = Delete(writer, "metric_rows", "at_ms <= ?");
        using var retries = Delete(writer, "metric_retries", "at_ms < ?");
        using var sets = Delete(writer, "metric_sets", "used_day < ?");
        var oldestMs = oldest.ToUnixTimeMilliseconds();
        var deleted = 0;
        for (var servers = 0; servers < ServersAStep && deleted < RowsAStep; servers++)
        {
            if (Next(next, after) is not { } server) return (RetentionCursor.End, deleted);
            if (Bound(bound, server, oldestMs) is { } boundMs)
            {
                var gone = Address(rows, server).Bind(3, boundMs).Run();
                deleted += gone;
                // This server has more to give: the next step begins with it again.
                if (gone >= RowsAStep) return (new RetentionCursor(after, IsEnd: false), deleted);
            }
            Address(retries, server).Bind(3, oldestMs).Run();
            // A list was used no earlier than the day before the newest row that needs it: clocks run ahead by minutes, not by days.
            var unusedSince = NameSetLedger.DayOf(server.Server, oldest) - 1;
            if (Address(sets, server).Bind(3, unusedSince).Run() > 0) writer.ForgetNames(server.Server);
            after = server;
        }
        return (new RetentionCursor(after, IsEnd: false), deleted);
    }

    private static NativeStatement Delete(RowWriter writer, string table, string condition) =>
        new(writer.Connection, $"delete from {table} where team = ? and server = ? and {condition}");

    private static ServerKey? Next(NativeStatement next, ServerKey after)
    {
        if (!Address(next, after).Next()) return null;
        var found = ResourceId.TryRead<TeamId>(next.Bytes(0), out var team) & ResourceId.TryRead<ServerId>(next.Bytes(1), out var server);
        next.Reset();
        return found ? new ServerKey(team, server) : throw new InvalidDataException("metric_sets holds an id that is none.");
    }

    private static long? Bound(NativeStatement bound, ServerKey server, long oldestMs)
    {
        Address(bound, server).Bind(3, oldestMs).Next();
        long? boundMs = bound.IsNull(0) ? null : bound.Integer(0);
        bound.Reset();
        return boundMs;
    }

    private static NativeStatement Address(NativeStatement statement, ServerKey server)
    {
        Span<byte> id = stackalloc byte[ResourceId.SizeBytes];
        server.Team.Write(id);
        statement.Bind(1, id);
        server.Server.Write(id);
        return statement.Bind(2, id);
    }
}
