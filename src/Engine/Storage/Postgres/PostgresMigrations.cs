using System.Globalization;
using Npgsql;

namespace HostAtlas.Engine.Storage.Postgres;

/// <summary>
/// The schema's versions, applied forward in one transaction each at start, by the owner. Two processes that start at once take turns by an
/// advisory lock. A database that is newer than this program is refused: an older program would write what the newer one no longer
/// understands.
/// </summary>
internal static class PostgresMigrations
{
    private const long Turn = 4_801_700_111;

    /// <summary>The version this program writes: one file a version, <c>Schema/0001.sql</c> and on.</summary>
    public const int Current = 11;

    /// <summary>Brings the database up to <see cref="Current"/>.</summary>
    public static void Apply(PostgresDatabase database)
    {
        using var connection = database.Of(PostgresRole.Owner).OpenConnection();
        // Before the transactions and not inside: one that was open while it waited still believes that there is no schema (a name that is
        // not found is remembered until the next transaction, tried). The connection's end gives the turn free, whatever happens.
        Execute(connection, $"select pg_advisory_lock({Turn})");
        try
        {
            Run(database, connection);
        }
        finally
        {
            if (connection.State == System.Data.ConnectionState.Open) Execute(connection, $"select pg_advisory_unlock({Turn})");
        }
    }

    private static void Run(PostgresDatabase database, NpgsqlConnection connection)
    {
        var version = Version(connection);
        while (true)
        {
            if (version > Current)
                throw new StoreStartException(
                    $"The database {database.Name} has schema version {version}, this program knows {Current}: it was written by a newer "
                    + "HostAtlas. Start that version, or restore a copy from before the upgrade.");
            if (version == Current) return;
            Step(connection, ++version);
        }
    }

    /// <summary>The version of the schema; 0 before the first.</summary>
    public static int Version(NpgsqlConnection connection)
    {
        using var there = new NpgsqlCommand("select to_regclass('hostatlas.schema_version') is not null", connection);
        if (!(bool)there.ExecuteScalar()!) return 0;
        using var command = new NpgsqlCommand("select max(version) from hostatlas.schema_version", connection);
        return Convert.ToInt32(command.ExecuteScalar(), CultureInfo.InvariantCulture);
    }

    private static void Step(NpgsqlConnection connection, int version)
    {
        using var transaction = connection.BeginTransaction();
        Execute(connection, SqlText.Read(string.Create(CultureInfo.InvariantCulture, $"{version:0000}.sql")));
        transaction.Commit();
    }

    private static void Execute(NpgsqlConnection connection, string sql)
    {
        using var command = new NpgsqlCommand(sql, connection);
        command.ExecuteNonQuery();
    }
}
