using System.Data.Common;
using Akka.Hosting;
using Akka.Persistence.Sql;
using Akka.Persistence.Sql.Config;
using HostAtlas.Engine.Storage;
using HostAtlas.Engine.Storage.Postgres;
using LinqToDB;
using LinqToDB.Interceptors;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;

namespace HostAtlas.Engine.Cluster;

/// <summary>
/// Akka.Persistence.Sql on the database that was chosen.
/// <para>
/// SQLite: <c>DATA/journal.db</c>, write-ahead log, synchronous=FULL. A file of its own, apart from the metrics, so that a busy flush never
/// makes a sign-in wait for the write lock.
/// </para>
/// <para>
/// PostgreSQL: the schema <c>journal</c>, whose tables the migrations make and not Akka: its role may not make any.
/// </para>
/// </summary>
public static class JournalSetup
{
    /// <summary>Adds journal, snapshots and the query side.</summary>
    public static AkkaConfigurationBuilder WithJournal(
        this AkkaConfigurationBuilder builder, EngineOptions options, IServiceProvider provider) =>
        options.Store.Kind == StoreKind.Postgresql
            ? builder.With(new DataOptions().UseConnectionString(
                ProviderName.PostgreSQL15, provider.GetRequiredService<PostgresDatabase>().ConnectionString(PostgresRole.Journal)),
                Hocon("PostgreSQL.15", makesTables: false))
            : builder.WithSqliteJournal(options.DataDirectory);

    /// <summary>Adds journal, snapshots and the query side on <c>journal.db</c> in a folder.</summary>
    public static AkkaConfigurationBuilder WithSqliteJournal(this AkkaConfigurationBuilder builder, string dataDirectory) => builder.With(
        new DataOptions().UseConnectionString(ProviderName.SQLiteMS, Prepare(Path.Combine(dataDirectory, "journal.db")))
            .UseInterceptor(new YieldBeforeOpening()),
        Hocon("SQLite.MS", makesTables: true));

    private static AkkaConfigurationBuilder With(this AkkaConfigurationBuilder builder, DataOptions options, string hocon) => builder
        // As an object and not as text: a configuration is printed and logged, and a connection string holds a password.
        .AddSetup(new DataOptionsSetup(options))
        .AddHocon(hocon, HoconAddMode.Prepend)
        .AddHocon(SqlPersistence.DefaultConfiguration, HoconAddMode.Append);

    // One writer with large batches: SQLite has but one, and on PostgreSQL this is the fastest too. Tags are not used (one projection reads
    // all events), so their column stays empty.
    // A journal's transaction that is open for long commits events behind the reader's back. With a gap in the numbers (a transaction that
    // is open, or one that failed) the reader waits max-tries x query-delay = 3 s; so does every start over a journal that has gaps. On
    // PostgreSQL a statement and an idle transaction are cut off after a third of that (PostgresRole.Journal).
    private static string Hocon(string provider, bool makesTables) => $$"""
        akka.persistence {
          max-concurrent-recoveries = 64
          journal {
            plugin = "akka.persistence.journal.sql"
            sql {
              provider-name = "{{provider}}"
              parallelism = 1
              batch-size = 400
              buffer-size = 20000
              tag-write-mode = Csv
              auto-initialize = {{(makesTables ? "true" : "false")}}
              # The Ask above gives up at 8 s. A journal that was away must not stay shut out for the default half minute once it is back.
              circuit-breaker { max-failures = 10, call-timeout = 7s, reset-timeout = 3s }
            }
          }
          snapshot-store {
            plugin = "akka.persistence.snapshot-store.sql"
            sql {
              provider-name = "{{provider}}"
              auto-initialize = {{(makesTables ? "true" : "false")}}
            }
          }
          query.journal.sql {
            write-plugin = "akka.persistence.journal.sql"
            provider-name = "{{provider}}"
            tag-read-mode = Csv
            refresh-interval = 200ms
            journal-sequence-retrieval { query-delay = 200ms, max-tries = 15 }
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
