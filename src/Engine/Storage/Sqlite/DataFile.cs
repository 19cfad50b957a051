using Microsoft.Data.Sqlite;

namespace HostAtlas.Engine.Storage.Sqlite;

/// <summary>
/// <c>DATA/data.db</c>: what people read and what agents send. Write-ahead log, so readers never wait for the writer; synchronous=FULL,
/// because a 202 promises that the data survives a power cut.
/// </summary>
public sealed class DataFile
{
    /// <summary>Names the file; nothing is opened yet.</summary>
    public DataFile(string dataDirectory) => Path = System.IO.Path.Combine(dataDirectory, "data.db");

    /// <summary>Where it lies.</summary>
    public string Path { get; }

    /// <summary>Makes the file when absent (0600) and brings its schema up to this version.</summary>
    public void Prepare()
    {
        if (!File.Exists(Path))
        {
            // Made before SQLite makes it, so that it is never readable by others, not even for a moment.
            using var made = new FileStream(Path, new FileStreamOptions
            {
                Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
            });
        }
        using var connection = OpenWriter();
        Migrations.Apply(connection);
    }

    /// <summary>A connection of one's own that may write. Unpooled: whoever holds it closes it.</summary>
    public SqliteConnection OpenWriter()
    {
        var connection = Open(SqliteOpenMode.ReadWrite);
        // 10 s of patience would outlive the stream's 5 s; a writer that waits longer than 1 s is better told to come again.
        Execute(connection, "pragma journal_mode=wal; pragma synchronous=full; pragma busy_timeout=1000; pragma foreign_keys=on; pragma cache_size=-16000");
        return connection;
    }

    /// <summary>A read-only connection of one's own, unpooled.</summary>
    public SqliteConnection OpenReader()
    {
        var connection = Open(SqliteOpenMode.ReadOnly);
        Execute(connection, "pragma query_only=on; pragma busy_timeout=2000; pragma cache_size=-4000; pragma mmap_size=268435456; pragma temp_store=memory");
        return connection;
    }

    /// <summary>Runs statements without a result.</summary>
    public static int Execute(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        return command.ExecuteNonQuery();
    }

    private SqliteConnection Open(SqliteOpenMode mode)
    {
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder
        {
            DataSource = Path, Mode = mode, Pooling = false, DefaultTimeout = 2,
        }.ConnectionString);
        try
        {
            connection.Open();
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }
}
