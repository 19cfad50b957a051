using Akka.Actor;
using Akka.Cluster.Hosting;
using Akka.Event;
using Akka.Hosting;
using Akka.Hosting.Logging;
using HostAtlas.Engine.Backups;
using HostAtlas.Engine.Backups.Retention;
using HostAtlas.Engine.Cluster;
using HostAtlas.Engine.Logs;
using HostAtlas.Engine.Metrics;
using HostAtlas.Engine.Notifications;
using HostAtlas.Engine.Operations;
using HostAtlas.Engine.Presence;
using HostAtlas.Engine.Projections;
using HostAtlas.Engine.Storage;
using HostAtlas.Engine.Storage.Sealing;
using HostAtlas.Engine.Storage.Sealing.Rotation;
using HostAtlas.Engine.Teams;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace HostAtlas.Engine;

/// <summary>
/// The one way to put the engine into a process, or (role <see cref="NodeRole.Gateway"/>) the way to an engine in another one. All wiring
/// of Akka is here, and which role each part is for.
/// </summary>
public static class EngineSetup
{
    /// <summary>
    /// Checks the options (all faults at once, <see cref="InvalidOptionsException"/>), prepares the stores and registers everything.
    /// </summary>
    public static IServiceCollection AddHostAtlasEngine(this IServiceCollection services, EngineOptions options)
    {
        options.Check();
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton(options);
        var roots = new RootKeys(options.RootKey);
        services.AddSingleton(roots).AddSingleton(new PlatformKeys(roots)).AddSingleton<PlatformSeal>();
        services.AddSingleton(new NodeKey(roots, believesRing: options.Role == NodeRole.Gateway));
        services.AddSingleton(new RootKeyFile(options.DataDirectory)).AddSingleton<InvitationWaiter>().AddSingleton<ProjectionWaiter>();
        services.AddSingleton<InvitationIssuer>().AddSingleton<ResetIssuer>();
        services.AddSingleton<KeyUses>().AddHostedService(provider => provider.GetRequiredService<KeyUses>());
        return options.Role == NodeRole.Gateway ? services.AddGateway(options, roots) : services.AddEngine(options, roots);
    }

    /// <summary>Entities, streams, presence, projection, jobs and the operators' socket; the owner of data folder and database.</summary>
    private static IServiceCollection AddEngine(this IServiceCollection services, EngineOptions options, RootKeys roots)
    {
        Directory.CreateDirectory(options.DataDirectory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        services.AddDataFolderLock(options);
        services.AddSingleton<JournalSeal>();
        services.AddSingleton<IEngineLink>(provider => new OwnEngine(provider.GetRequiredService<IReadOnlyActorRegistry>()));
        services.AddSingleton(provider => new EngineClient(provider.GetRequiredService<IEngineLink>()));
        services.AddStores(options, roots).AddProjections().AddVault(options).AddBackups()
            .AddSingleton<IRetentionDefaults, TeamRetentionDefaults>().AddNotifications(options);
        services.AddAkka(ClusterNode.SystemName, (builder, provider) => builder
            .WithOneLog()
            .WithEngineNode(options.DataDirectory, provider.GetRequiredService<NodeKey>(), provider.GetRequiredService<TimeProvider>())
            .WithJournal(options, provider)
            .WithSerializers()
            .WithEntities(provider, options)
            .WithProjections(provider)
            .WithPresence(provider, options)
            .WithNotifier(provider)
            .AddStartup((system, registry) =>
                StartIngest(system, provider, new PresenceRouter(registry))));
        return services.AddHostedService<ProjectionStart>().AddHostedService<PresenceStart>().AddKeyRotation().AddOperations();
    }

    /// <summary>
    /// Ways to entities and projection, and what reads tables and vault. It owns nothing: no lock is taken and no schema changed, and
    /// whatever must run once in a platform (jobs, rotation, the operators' socket, the founding invitation) is the engine's.
    /// </summary>
    private static IServiceCollection AddGateway(this IServiceCollection services, EngineOptions options, RootKeys roots)
    {
        services.AddGatewayStores(options, roots).AddVault(options);
        services.AddSingleton(provider => new ClusterLink(
            options,
            new SeedProbe(options.Seed!, provider.GetRequiredService<NodeKey>(), provider.GetRequiredService<TimeProvider>()),
            (node, port) => AddGatewayNode(node.Services, options, port, provider),
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ILogger<ClusterLink>>()));
        services.AddSingleton<IEngineLink>(provider => provider.GetRequiredService<ClusterLink>());
        services.AddSingleton(provider => new EngineClient(provider.GetRequiredService<IEngineLink>()));
        return services.AddHostedService(provider => provider.GetRequiredService<ClusterLink>()).AddHostedService<RootKeyWatch>();
    }

    // A container of its own: it is made anew each time that the engine was lost.
    private static void AddGatewayNode(IServiceCollection node, EngineOptions options, int port, IServiceProvider process)
    {
        node.AddSingleton(process.GetRequiredService<ILoggerFactory>());
        // Signals are the process' own business; a node that heard them would leave while requests are still answered.
        node.AddSingleton<IHostLifetime, EndedByTheLink>();
        node.AddAkka(ClusterNode.SystemName, (builder, _) => builder
            .WithOneLog()
            .WithGatewayNode(
                port, options.Seed!, process.GetRequiredService<NodeKey>(), process.GetRequiredService<TimeProvider>())
            .WithSerializers()
            .WithEntityProxies()
            .WithProjectionProxy()
            .WithNotifierProxy());
    }

    private static AkkaConfigurationBuilder WithOneLog(this AkkaConfigurationBuilder builder) => builder.ConfigureLoggers(loggers =>
    {
        // One log for everything; what a cluster says about itself at start helps nobody.
        loggers.ClearLoggers();
        loggers.AddLoggerFactory();
        loggers.LogLevel = Akka.Event.LogLevel.WarningLevel;
    });

    private static void StartIngest(ActorSystem system, IServiceProvider provider, PresenceRouter presence)
    {
        var (metrics, logs) = (provider.GetRequiredService<MetricsIngest>(), provider.GetRequiredService<LogsIngest>());
        metrics.OnSeen = presence.Hear;
        metrics.Start(system);
        logs.Start(system);
        // After the doors are closed and before the node leaves: what was accepted is written and answered.
        CoordinatedShutdown.Get(system).AddTask("drain-ingest", "drain", async () =>
        {
            await Task.WhenAll(metrics.DrainAsync(), logs.DrainAsync()).ConfigureAwait(false);
            return Akka.Done.Instance;
        });
    }

    private sealed class EndedByTheLink : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
