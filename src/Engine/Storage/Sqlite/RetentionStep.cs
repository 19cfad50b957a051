using HostAtlas.Engine.Presence;
using HostAtlas.Shared.Ids;

namespace HostAtlas.Engine.Storage.Sqlite;

/// <summary>How far a pass over all servers has come: after which server it goes on.</summary>
internal readonly record struct ServerCursor(ServerKey After, bool IsEnd)
{
    /// <summary>Before the first server.</summary>
    public static readonly ServerCursor Start;

    /// <summary>Behind the last server.</summary>
    public static readonly ServerCursor End = new(default, IsEnd: true);
}

/// <summary>What is too old: rows of a table before a time.</summary>
internal readonly record struct Expiry((string Table, string Time, int RowsAStep) Old, long BeforeMs);

/// <summary>
/// One step of a retention pass: a transaction of a bounded number of rows, a few milliseconds, so that a flush never waits long behind it,
/// not even when weeks have to go after the retention was shortened.
/// </summary>
internal static class RetentionStep
{
    private const int ServersAStep = 200;

    /// <summary>Deletes what is older and gives where to go on, and how many rows of the first table went.</summary>
    /// <param name="writer">The one writer.</param>
    /// <param name="from">Where the pass has come to.</param>
    /// <param name="nextServer">The text that finds the next server.</param>
    /// <param name="expiries">What goes.</param>
    /// <param name="setsUnusedSince">Name lists that were not used since then go too; null leaves them all.</param>
    public static (ServerCursor Next, int Deleted) Run(
        RowWriter writer, ServerCursor from, string nextServer, IReadOnlyList<Expiry> expiries, DateTimeOffset? setsUnusedSince)
    {
        var tables = expiries.Select(expiry => new Table(writer, expiry)).ToList();
        try
        {
            return writer.InTransaction(() => DeleteSome(writer, from.After, nextServer, tables, setsUnusedSince));
        }
        finally
        {
            tables.ForEach(table => table.Dispose());
        }
    }

    private static (ServerCursor, int) DeleteSome(
        RowWriter writer, ServerKey after, string nextServer, List<Table> tables, DateTimeOffset? setsUnusedSince)
    {
        using var next = new NativeStatement(writer.Connection, nextServer);
        using var sets = new NativeStatement(writer.Connection, MetricsQueries.DropSets);
        var deleted = 0;
        for (var servers = 0; servers < ServersAStep; servers++)
        {
            if (NextServer(next, after) is not { } server) return (ServerCursor.End, deleted);
            var isFull = false;
            for (var i = 0; i < tables.Count; i++)
            {
                var gone = tables[i].Delete(server);
                isFull |= gone >= tables[i].RowsAStep;
                if (i == 0) deleted += gone;
            }
            // This server has more to give: the next step begins with it again.
            if (isFull) return (new ServerCursor(after, IsEnd: false), deleted);
            // A list was used no earlier than the day before the newest row that needs it: clocks run ahead by minutes, not by days.
            if (setsUnusedSince is { } unused
                && sets.BindServer(server).Bind(3, NameSetLedger.DayOf(server.Server, unused) - 1).Run() > 0)
                writer.ForgetNames(server.Server);
            after = server;
            if (tables.Exists(table => table.Deleted >= table.RowsAStep)) break;
        }
        return (new ServerCursor(after, IsEnd: false), deleted);
    }

    /// <summary>The server behind another, of those that ever sent anything.</summary>
    public static ServerKey? NextServer(NativeStatement next, ServerKey after)
    {
        if (!next.BindServer(after).Next()) return null;
        var server = next.Server(0);
        next.Reset();
        return server;
    }

    private sealed class Table(RowWriter writer, Expiry expiry) : IDisposable
    {
        private readonly NativeStatement _end = new(writer.Connection, MetricsQueries.StepEnd(expiry.Old));
        private readonly NativeStatement _delete = new(writer.Connection, MetricsQueries.DeleteThrough(expiry.Old));

        public int RowsAStep => expiry.Old.RowsAStep;

        /// <summary>Rows that went so far in this step.</summary>
        public int Deleted { get; private set; }

        public int Delete(ServerKey server)
        {
            _end.BindServer(server).Bind(3, expiry.BeforeMs).Next();
            long? through = _end.IsNull(0) ? null : _end.Integer(0);
            _end.Reset();
            var gone = through is { } end ? _delete.BindServer(server).Bind(3, end).Run() : 0;
            Deleted += gone;
            return gone;
        }

        public void Dispose()
        {
            _end.Dispose();
            _delete.Dispose();
        }
    }
}
