using HostAtlas.Engine.Ingest;
using HostAtlas.Engine.Inventory;
using HostAtlas.Engine.Logs;
using HostAtlas.Engine.Metrics;
using HostAtlas.Engine.Metrics.Rollups;
using HostAtlas.Engine.Storage.Postgres;
using HostAtlas.Engine.Storage.Sealing;
using HostAtlas.Engine.Storage.Sealing.Rotation;
using HostAtlas.Engine.Storage.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace HostAtlas.Engine.Storage;

/// <summary>Registers the stores of the platform: the only place that chooses between the databases.</summary>
public static class StorageSetup
{
    /// <summary>
    /// Prepares the database that the options name (migrated, refused when newer) and registers what reads and writes it.
    /// <see cref="StoreStartException"/> when it cannot be used.
    /// </summary>
    public static IServiceCollection AddStores(this IServiceCollection services, EngineOptions options, RootKeys roots)
    {
        if (options.Store.Kind == StoreKind.Postgresql) services.AddPostgres(options, roots);
        else services.AddSqlite(options, roots);
        services.AddReaders();
        services.AddSingleton<MetricsIngest>().AddSingleton<LogsIngest>().AddSingleton<IIngest, IngestRouter>();
        services.AddSingleton<InventoryDesk>();
        services.AddSingleton<RollupPass>();
        services.AddHostedService<AuditGuardCheck>();
        return services.AddHostedService<RollupService>().AddHostedService<RetentionService>();
    }

    /// <summary>
    /// Registers what a gateway reads and writes of a database that its engine has prepared and keeps: no lock, no change of the schema.
    /// <see cref="StoreStartException"/> when it is not there, or not of this version.
    /// </summary>
    public static IServiceCollection AddGatewayStores(this IServiceCollection services, EngineOptions options, RootKeys roots)
    {
        if (options.Store.Kind == StoreKind.Postgresql)
        {
            var database = new PostgresDatabase(options.Store.Connection!);
            try
            {
                PostgresStart.Look(database, roots, TimeProvider.System);
            }
            catch
            {
                database.Dispose();
                throw;
            }
            // By factory: only so does the container close the pools at the end.
            services.AddSingleton(_ => database).AddPostgresReaders();
        }
        else
        {
            var file = new DataFile(options.DataDirectory);
            SqliteStart.Look(file, options.DataDirectory, roots);
            services.AddSingleton(file).AddSqliteReaders();
        }
        return services.AddReaders();
    }

    private static IServiceCollection AddReaders(this IServiceCollection services)
    {
        services.AddSingleton<TeamSeals>();
        services.AddSingleton<ITeamSeals>(provider => provider.GetRequiredService<TeamSeals>());
        services.AddSingleton<AuditSeal>().AddSingleton<AuditExportReader>();
        return services.AddSingleton<IMetricsReader, MetricsReader>().AddSingleton<ILogsReader, LogsReader>()
            .AddSingleton<IInventoryReader, InventoryReader>();
    }

    // What people's pages and sessions, and the keys of both, need: of every process.
    private static void AddSqliteReaders(this IServiceCollection services) => services
        .AddSingleton<IKeyStore, SqliteKeyStore>()
        .AddSingleton<IMetricsSource, SqliteMetricsSource>()
        .AddSingleton<ILogSource, SqliteLogSource>()
        .AddSingleton<IInventoryStore, SqliteInventoryStore>()
        .AddSingleton<IServerDirectory, SqliteServerDirectory>()
        .AddSingleton<ISessionStore, SqliteSessionStore>()
        .AddSingleton<IKeyUseStore, SqliteKeyUseStore>()
        .AddSingleton<IBackupStore, SqliteBackupStore>()
        .AddSingleton<ISweepList, SqliteSweepList>()
        .AddSingleton<IAuditLog, SqliteAuditLog>()
        .AddSingleton<IChangeLog, SqliteChangeLog>()
        .AddSingleton<INotificationStore, SqliteNotificationStore>();

    private static void AddPostgresReaders(this IServiceCollection services) => services
        .AddSingleton<IKeyStore, PostgresKeyStore>()
        .AddSingleton<IMetricsSource, PostgresMetricsSource>()
        .AddSingleton<ILogSource, PostgresLogSource>()
        .AddSingleton<IInventoryStore, PostgresInventoryStore>()
        .AddSingleton<IServerDirectory, PostgresServerDirectory>()
        .AddSingleton<ISessionStore, PostgresSessionStore>()
        .AddSingleton<IKeyUseStore, PostgresKeyUseStore>()
        .AddSingleton<IBackupStore, PostgresBackupStore>()
        .AddSingleton<ISweepList, PostgresSweepList>()
        .AddSingleton<IAuditLog, PostgresAuditLog>()
        .AddSingleton<IChangeLog, PostgresChangeLog>()
        .AddSingleton<INotificationStore, PostgresNotificationStore>();

    private static void AddSqlite(this IServiceCollection services, EngineOptions options, RootKeys roots)
    {
        StoreMarker.RefuseIfElsewhere(options.DataDirectory);
        var file = new DataFile(options.DataDirectory);
        file.Prepare();
        SqliteStart.Check(file, options.DataDirectory, roots);
        services.AddSingleton(file).AddSqliteReaders();
        services.AddSingleton<ISealedValues, SqliteSealedValues>();
        services.AddSingleton<SqliteMetricsStore>();
        services.AddSingleton<IMetricsStore>(provider => provider.GetRequiredService<SqliteMetricsStore>());
        services.AddSingleton<ILogStore, SqliteLogStore>();
        services.AddSingleton<IRollupStore, SqliteRollupStore>();
        services.AddSingleton<IPresenceDirectory, SqlitePresenceDirectory>();
        services.AddSingleton<IProjectionStore, SqliteProjectionStore>();
        services.AddSingleton<IJournalHeads, SqliteJournalHeads>().AddSingleton<IAuditGuards, SqliteAuditGuards>();
    }

    private static void AddPostgres(this IServiceCollection services, EngineOptions options, RootKeys roots)
    {
        var database = new PostgresDatabase(options.Store.Connection!);
        PlatformLock held;
        try
        {
            held = PostgresStart.Take(database, roots, TimeProvider.System);
            StoreMarker.Write(options.DataDirectory);
        }
        catch
        {
            database.Dispose();
            throw;
        }
        // By factory: only so does the container close lock and pools at the end; the lock is made first and so closed last.
        services.AddSingleton(_ => held).Insert(0, ServiceDescriptor.Singleton<IHostedService, PlatformLockWatch>());
        services.AddSingleton(_ => database).AddPostgresReaders();
        services.AddSingleton<MetricDays>().AddSingleton<LogDays>();
        services.AddSingleton<DayPartitions>(provider => provider.GetRequiredService<MetricDays>());
        services.AddSingleton<DayPartitions>(provider => provider.GetRequiredService<LogDays>());
        services.AddSingleton<ISealedValues, PostgresSealedValues>();
        services.AddSingleton<IMetricsStore, PostgresMetricsStore>();
        services.AddSingleton<ILogStore, PostgresLogStore>();
        services.AddSingleton<IRollupStore, PostgresRollupStore>();
        services.AddSingleton<IPresenceDirectory, PostgresPresenceDirectory>();
        services.AddSingleton<IProjectionStore, PostgresProjectionStore>();
        services.AddSingleton<IJournalHeads, PostgresJournalHeads>().AddSingleton<IAuditGuards, PostgresAuditGuards>();
        services.AddHostedService<DaysAhead>();
    }
}
