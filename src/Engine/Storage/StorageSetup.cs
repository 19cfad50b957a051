using HostAtlas.Engine.Metrics;
using HostAtlas.Engine.Storage.Sealing;
using HostAtlas.Engine.Storage.Sqlite;
using Microsoft.Extensions.DependencyInjection;

namespace HostAtlas.Engine.Storage;

/// <summary>Registers the stores of the embedded platform.</summary>
public static class StorageSetup
{
    /// <summary>Prepares <c>data.db</c> (made when absent, migrated, refused when newer) and registers what reads and writes it.</summary>
    public static IServiceCollection AddSqliteStores(this IServiceCollection services, EngineOptions options)
    {
        var file = new DataFile(options.DataDirectory);
        file.Prepare();
        services.AddSingleton(file);
        services.AddSingleton<IKeyStore, SqliteKeyStore>();
        services.AddSingleton<ITeamSeals, TeamSeals>();
        services.AddSingleton<IMetricsStore, SqliteMetricsStore>();
        services.AddSingleton<IMetricsSource, SqliteMetricsSource>();
        services.AddSingleton<IMetricsReader, MetricsReader>();
        services.AddSingleton<IServerDirectory, SqliteServerDirectory>();
        services.AddSingleton<IJournalHeads, SqliteJournalHeads>();
        services.AddSingleton<ISessionStore, SqliteSessionStore>();
        services.AddSingleton<MetricsIngest>();
        services.AddSingleton<IIngest>(provider => provider.GetRequiredService<MetricsIngest>());
        services.AddHostedService<RetentionService>();
        return services;
    }
}
