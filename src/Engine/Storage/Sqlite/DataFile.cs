using System.Runtime.InteropServices;
using Microsoft.Data.Sqlite;

namespace HostAtlas.Engine.Storage.Sqlite;

/// <summary>
/// <c>DATA/data.db</c>: what people read and what agents send. Write-ahead log, so readers never wait for the writer; synchronous=FULL,
/// because a 202 promises that the data survives a power cut.
/// </summary>
public sealed partial class DataFile
{
    private const int FileControlHasMoved = 20;

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
                Mode = FileMode.CreateNew,
                Access = FileAccess.Write,
                UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
            });
        }
        using var connection = OpenWriter();
        Migrations.Apply(connection);
    }

    /// <summary>A connection of one's own that may write. Unpooled: whoever holds it closes it.</summary>
    public SqliteConnection OpenWriter()
    {
        var connection = Open(SqliteOpenMode.ReadWrite);
        try
        {
            // The journal is cut back after a burst, or it would keep its largest size for ever.
            Execute(connection, """
                pragma busy_timeout=2000; pragma journal_mode=wal; pragma synchronous=full;
                pragma cache_size=-16000; pragma journal_size_limit=67108864
                """);
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <summary>A read-only connection of one's own, unpooled.</summary>
    public SqliteConnection OpenReader()
    {
        var connection = Open(SqliteOpenMode.ReadOnly);
        Execute(connection, "pragma busy_timeout=2000; pragma cache_size=-4000; pragma mmap_size=268435456; pragma temp_store=memory");
        return connection;
    }

    /// <summary>Whether the file was moved, replaced or deleted since the connection was opened.</summary>
    public static bool HasMoved(SqliteConnection connection)
    {
        var moved = 0;
        SqliteException.ThrowExceptionForRC(
            FileControl(connection.Handle!.DangerousGetHandle(), "main", FileControlHasMoved, ref moved), connection.Handle);
        return moved != 0;
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
            DataSource = Path,
            Mode = mode,
            Pooling = false,
            DefaultTimeout = 2,
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

    // https://sqlite.org/c3ref/file_control.html; SQLitePCLRaw does not offer it.
    [LibraryImport("e_sqlite3", EntryPoint = "sqlite3_file_control", StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.AssemblyDirectory | DllImportSearchPath.SafeDirectories)]
    private static partial int FileControl(IntPtr database, string schema, int operation, ref int argument);
}
