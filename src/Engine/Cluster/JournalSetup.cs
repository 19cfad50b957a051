using System.Data.Common;
using Akka.Hosting;
using Akka.Persistence.Sql;
using Akka.Persistence.Sql.Config;
using LinqToDB;
using LinqToDB.Interceptors;
using Microsoft.Data.Sqlite;

namespace HostAtlas.Engine.Cluster;

/// <summary>
/// Akka.Persistence.Sql on <c>DATA/journal.db</c>: write-ahead log, synchronous=FULL. A file of its own, apart from the metrics, so that a
/// busy flush never makes a sign-in wait for the write lock.
/// </summary>
public static class JournalSetup
{
    /// <summary>Adds journal, snapshots and the query side.</summary>
    public static AkkaConfigurationBuilder WithSqliteJournal(this AkkaConfigurationBuilder builder, string dataDirectory)
    {
        var connectionString = Prepare(Path.Combine(dataDirectory, "journal.db"));
        var options =
            new DataOptions().UseConnectionString(ProviderName.SQLiteMS, connectionString).UseInterceptor(new YieldBeforeOpening());
        return builder
            .AddSetup(new DataOptionsSetup(options))
            .AddHocon(Hocon, HoconAddMode.Prepend)
            .AddHocon(SqlPersistence.DefaultConfiguration, HoconAddMode.Append);
    }

    // One writer, as SQLite has it, with large batches; tags are not used (one projection reads all events), so their column stays empty.
    private const string Hocon = """
        akka.persistence {
          max-concurrent-recoveries = 64
          journal {
            plugin = "akka.persistence.journal.sql"
            sql {
              provider-name = "SQLite.MS"
              parallelism = 1
              batch-size = 400
              buffer-size = 20000
              tag-write-mode = Csv
              auto-initialize = true
              # The Ask above gives up at 8 s. A journal that was away must not stay shut out for the default half minute once it is back.
              circuit-breaker { max-failures = 10, call-timeout = 7s, reset-timeout = 3s }
            }
          }
          snapshot-store {
            plugin = "akka.persistence.snapshot-store.sql"
            sql {
              provider-name = "SQLite.MS"
              auto-initialize = true
            }
          }
          query.journal.sql {
            write-plugin = "akka.persistence.journal.sql"
            provider-name = "SQLite.MS"
            tag-read-mode = Csv
            refresh-interval = 200ms
            journal-sequence-retrieval.query-delay = 200ms
          }
        }
        """;

    private static string Prepare(string path)
    {
        if (!File.Exists(path))
        {
            using var made = new FileStream(path, new FileStreamOptions
            {
                Mode = FileMode.CreateNew,
                Access = FileAccess.Write,
                UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
            });
        }
        var connectionString =
            new SqliteConnectionStringBuilder { DataSource = path, Mode = SqliteOpenMode.ReadWrite, DefaultTimeout = 5 }.ConnectionString;
        using var connection = new SqliteConnection(connectionString);
        connection.Open();
        using var command = connection.CreateCommand();
        // The mode is kept in the file; synchronous=FULL is what SQLite opens every connection with.
        command.CommandText = "pragma journal_mode=wal";
        command.ExecuteNonQuery();
        return connectionString;
    }

    /// <summary>
    /// SQLite's provider is synchronous behind its asynchronous methods, so a write would run inside the journal's stage and block the one
    /// place where batches form. Yielding before the connection opens moves it off: three times the events a second.
    /// </summary>
    private sealed class YieldBeforeOpening : ConnectionInterceptor
    {
        public override async Task ConnectionOpeningAsync(
            ConnectionEventData eventData, DbConnection connection, CancellationToken cancellationToken) => await Task.Yield();
    }
}
