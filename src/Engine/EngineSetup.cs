using Akka.Actor;
using Akka.Event;
using Akka.Hosting;
using Akka.Hosting.Logging;
using HostAtlas.Engine.Backups;
using HostAtlas.Engine.Cluster;
using HostAtlas.Engine.Metrics;
using HostAtlas.Engine.Operations;
using HostAtlas.Engine.Presence;
using HostAtlas.Engine.Projections;
using HostAtlas.Engine.Storage;
using HostAtlas.Engine.Storage.Sealing;
using HostAtlas.Engine.Storage.Sealing.Rotation;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace HostAtlas.Engine;

/// <summary>The one way to put the engine into a process.</summary>
public static class EngineSetup
{
    /// <summary>
    /// Checks the options (all faults at once, <see cref="InvalidOptionsException"/>), prepares the stores and registers everything.
    /// </summary>
    public static IServiceCollection AddHostAtlasEngine(this IServiceCollection services, EngineOptions options)
    {
        options.Check();
        Directory.CreateDirectory(options.DataDirectory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        services.AddDataFolderLock(options);
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton(options);
        var roots = new RootKeys(options.RootKey);
        services.AddSingleton(roots).AddSingleton(new PlatformKeys(roots)).AddSingleton<PlatformSeal>().AddSingleton<JournalSeal>();
        services.AddSingleton<EngineClient>();
        services.AddStores(options, roots).AddProjections().AddBackups(options);
        services.AddAkka(ClusterOfOne.SystemName, (builder, provider) => builder
            .ConfigureLoggers(loggers =>
            {
                // One log for everything; what a cluster of one says about itself at start helps nobody.
                loggers.ClearLoggers();
                loggers.AddLoggerFactory();
                loggers.LogLevel = LogLevel.WarningLevel;
            })
            .WithClusterOfOne(options.DataDirectory, provider.GetRequiredService<TimeProvider>())
            .WithJournal(options, provider)
            .WithSerializers()
            .WithEntities(provider, options)
            .WithProjections(provider)
            .WithPresence(provider, options)
            .AddStartup((system, registry) =>
                StartIngest(system, provider.GetRequiredService<MetricsIngest>(), new PresenceRouter(registry))));
        return services.AddHostedService<ProjectionStart>().AddHostedService<PresenceStart>().AddKeyRotation(options).AddOperations();
    }

    private static void StartIngest(ActorSystem system, MetricsIngest ingest, PresenceRouter presence)
    {
        ingest.OnSeen = presence.Hear;
        ingest.Start(system);
        // After the doors are closed and before the node leaves: what was accepted is written and answered.
        CoordinatedShutdown.Get(system).AddTask("drain-ingest", "drain", async () =>
        {
            await ingest.DrainAsync().ConfigureAwait(false);
            return Akka.Done.Instance;
        });
    }
}
