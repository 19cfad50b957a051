using System.Security.Cryptography;
using HostAtlas.Shared.Ids;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace HostAtlas.Engine.Storage.Sqlite;

/// <summary>
/// A connection that can see one team's rows and nothing else. Every read of a team's data goes through one.
/// <para>
/// Temporary views hold the filter, in two layers: queries name <c>my_…</c>, which read views with random names, which alone may read the tables.
/// Once they stand, an authorizer denies everything else: a statement that names a base table, the schema, another database or a pragma does
/// not even prepare. The random layer is needed because SQLite tells the authorizer only the *name* of the innermost view, and a common table
/// expression may be given any name: <c>with my_servers as (select * from main.servers) …</c> would pass for the view itself. A name of 128
/// random bits cannot be forged. The connection is read-only and unpooled, so nothing of one team is left for the next.
/// </para>
/// </summary>
public sealed class TeamScope : IDisposable
{
    private static readonly (string Table, string Columns)[] Tables =
    [
        ("metric_rows", "server, at_ms, key, set_id, vals"),
        ("metric_sets", "server, set_id, count, names"),
        ("servers", "server, name, created_at_ms, first_report_ms, silent_since_ms"),
    ];

    private static readonly HashSet<string> Functions =
        ["max", "min", "count", "sum", "avg", "total", "length", "hex", "coalesce", "ifnull", "abs", "substr", "row_number"];

    // The native side holds only a pointer to it: a field keeps the delegate alive as long as the connection.
    private readonly strdelegate_authorizer _authorizer;
    private readonly string _inner;

    private TeamScope(SqliteConnection connection, string inner)
    {
        Connection = connection;
        _inner = inner;
        _authorizer = (_, action, first, second, database, origin) => Allow(action, first, second, database, origin);
        raw.sqlite3_set_authorizer(connection.Handle, _authorizer, null);
    }

    /// <summary>The scoped connection; queries name the <c>my_…</c> views.</summary>
    public SqliteConnection Connection { get; }

    /// <summary>Opens a scope for a team.</summary>
    public static TeamScope Open(DataFile file, TeamId team)
    {
        var connection = file.OpenReader();
        try
        {
            // query_only would forbid the temporary views too; the file itself is opened read-only in any case.
            var hex = Convert.ToHexStringLower(team.ToBytes());
            var inner = "v" + Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16)) + "_";
            DataFile.Execute(connection, "pragma query_only=off;" + string.Concat(Tables.Select(view =>
                $"create temp view {inner}{view.Table} as select {view.Columns} from main.{view.Table} where team = x'{hex}';"
                + $"create temp view my_{view.Table} as select {view.Columns} from temp.{inner}{view.Table};")));
            return new TeamScope(connection, inner);
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <inheritdoc />
    public void Dispose() => Connection.Dispose();

    private int Allow(int action, string? first, string? second, string? database, string? origin) => action switch
    {
        raw.SQLITE_SELECT => raw.SQLITE_OK,
        raw.SQLITE_FUNCTION => second is not null && Functions.Contains(second) ? raw.SQLITE_OK : raw.SQLITE_DENY,
        raw.SQLITE_READ when database == "main" => IsInner(origin) ? raw.SQLITE_OK : raw.SQLITE_DENY,
        raw.SQLITE_READ when database == "temp" => first is not null && (IsInner(first) || IsOuter(first)) ? raw.SQLITE_OK : raw.SQLITE_DENY,
        // A column of a subquery or of an expression that the statement itself names: what it holds was checked where it was read.
        raw.SQLITE_READ when database is null => raw.SQLITE_OK,
        _ => raw.SQLITE_DENY,
    };

    private bool IsInner(string? name) => name is not null && name.StartsWith(_inner, StringComparison.Ordinal);

    private static bool IsOuter(string name) => Tables.Any(view => name == "my_" + view.Table);
}
