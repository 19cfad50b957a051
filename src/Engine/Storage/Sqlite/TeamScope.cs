using System.Buffers;
using System.Security.Cryptography;
using HostAtlas.Shared.Ids;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace HostAtlas.Engine.Storage.Sqlite;

/// <summary>
/// A connection that can see one team's rows and nothing else. Every read of a team's data goes through one.
/// <para>
/// Temporary views hold the filter, in two layers: queries name <c>my_…</c>, which read views with random names, which alone may read the
/// tables. Once they stand, an authorizer denies everything else: a statement that names a base table, the schema, another database or a
/// pragma does not even prepare. The random layer is needed because SQLite tells the authorizer only the <em>name</em> of the innermost
/// view, and a common table expression may be given any name: <c>with my_servers as (select * from main.servers) …</c> would pass for the
/// view itself. A name of 128 random bits cannot be forged; EXPLAIN, whose output would give it away, is refused. The connection is
/// read-only and unpooled, so nothing of one team is left for the next.
/// </para>
/// </summary>
public sealed class TeamScope : IDisposable
{
    /// <summary>What a scope shows, as <c>my_…</c>.</summary>
    internal static readonly (string Table, string Columns)[] Tables =
    [
        ("metric_rows", "server, at_ms, key, set_id, vals"),
        ("metric_sets", "server, set_id, count, names"),
        ("metric_minutes", "server, hour_ms, set_id, block"),
        ("metric_hours", "server, hour_ms, set_id, block"),
        ("metric_marks", "server, hour_ms"),
        ("servers", "server, name, created_at_ms, first_report_ms, silent_since_ms"),
        ("key_uses", "key, last_used_at_ms"),
        ("backup_objects", "server, kind, object, size, sha256, ticket_until_ms, noticed_at_ms, noticed_by, marked_by, held_until_ms"),
        ("backup_needs", "server, snapshot, kind, object"),
        ("backup_snapshots", "server, number, snapshot, generation, kind, object, fingerprint, objects, bytes, at_ms, expired_at_ms, "
            + "expired_by, expired_why, ended_by"),
        ("backup_evidence", "server, number, snapshot, at_ms, evidence"),
        ("audit_entries", "number, at_ms, entry"),
        ("audit_heads", "number, at_ms, hash, root_id, mac"),
        ("team_changes", "number, at_ms, change"),
        ("log_lines", "server, at_ms, key, number, line"),
        ("inventories", "server, received_at_ms, signed_s, signature, inventory"),
        ("notification_deliveries", "channel, state, last_at_ms, outcome"),
    ];

    // How far the roll-ups have come is the platform's, the same for every team.
    internal const string Progress = "rollup_progress";

    private static readonly HashSet<string> Functions =
        ["max", "min", "count", "sum", "avg", "total", "length", "hex", "coalesce", "ifnull", "abs", "substr", "row_number"];

    private static readonly SearchValues<string> Unwatched =
        SearchValues.Create(["explain", "using", "natural"], StringComparison.OrdinalIgnoreCase);

    private readonly SqliteConnection _connection;
    // The native side holds only a pointer to it: a field keeps the delegate alive as long as the connection.
    private readonly strdelegate_authorizer _authorizer;
    private readonly string _inner;

    private TeamScope(SqliteConnection connection, string inner)
    {
        _connection = connection;
        _inner = inner;
        _authorizer = (_, action, first, second, database, origin) => Allow(action, first, second, database, origin);
        raw.sqlite3_set_authorizer(connection.Handle, _authorizer, null);
    }

    /// <summary>Opens a scope for a team.</summary>
    public static TeamScope Open(DataFile file, TeamId team)
    {
        var connection = file.OpenReader();
        try
        {
            var hex = Convert.ToHexStringLower(team.ToBytes());
            var inner = "v" + Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16)) + "_";
            // Views are writes, if only to the temporary schema: query_only comes after them. The file itself is opened read-only.
            DataFile.Execute(connection, string.Concat(Tables.Select(view =>
                $"create temp view {inner}{view.Table} as select {view.Columns} from main.{view.Table} where team = x'{hex}';"
                + $"create temp view my_{view.Table} as select {view.Columns} from temp.{inner}{view.Table};"))
                + $"create temp view {inner}{Progress} as select name, closed_through_ms from main.{Progress};"
                + $"create temp view my_{Progress} as select name, closed_through_ms from temp.{inner}{Progress};pragma query_only=on;"
                // From its first read on a scope sees the database as it was then.
                + "begin");
            return new TeamScope(connection, inner);
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <summary>
    /// A command over the <c>my_…</c> views. <see cref="ArgumentException"/> for a text that holds EXPLAIN, USING or NATURAL: of what these
    /// read the authorizer is not told (a join USING compares columns of any table unasked, tried). Keywords are ASCII and cannot be
    /// written in another way, so looking for the words finds every use of them.
    /// </summary>
    public SqliteCommand Command(string sql, params ReadOnlySpan<(string Name, object? Value)> parameters)
    {
        Watch(sql);
        var command = _connection.CreateCommand();
        command.CommandText = sql;
        foreach (var (name, value) in parameters) command.Parameters.AddWithValue(name, value ?? DBNull.Value);
        return command;
    }

    /// <summary>A statement over the <c>my_…</c> views, for what reads many rows; the same words are refused.</summary>
    internal NativeStatement Statement(string sql)
    {
        Watch(sql);
        return new NativeStatement(_connection, sql);
    }

    /// <inheritdoc />
    public void Dispose() => _connection.Dispose();

    private static void Watch(string sql)
    {
        if (sql.AsSpan().ContainsAny(Unwatched)) throw new ArgumentException("A scope takes no EXPLAIN, USING or NATURAL.", nameof(sql));
    }

    private int Allow(int action, string? first, string? second, string? database, string? origin) => action switch
    {
        raw.SQLITE_SELECT => raw.SQLITE_OK,
        raw.SQLITE_FUNCTION => second is not null && Functions.Contains(second) ? raw.SQLITE_OK : raw.SQLITE_DENY,
        raw.SQLITE_READ when database == "main" => IsInner(origin) ? raw.SQLITE_OK : raw.SQLITE_DENY,
        // Without a database: so SQLite asks about a table of whose columns none is read, as in count(*), by the name that was written.
        raw.SQLITE_READ when database is null or "temp" => IsInner(first) || IsOuter(first) ? raw.SQLITE_OK : raw.SQLITE_DENY,
        _ => raw.SQLITE_DENY,
    };

    private bool IsInner(string? name) => name is not null && name.StartsWith(_inner, StringComparison.Ordinal);

    private static bool IsOuter(string? name) => name == "my_" + Progress || Tables.Any(view => name == "my_" + view.Table);
}
