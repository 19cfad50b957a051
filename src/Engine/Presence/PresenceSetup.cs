using Akka.Actor;
using Akka.Cluster.Hosting;
using Akka.Cluster.Sharding;
using Akka.Hosting;
using HostAtlas.Engine.Storage;
using HostAtlas.Engine.Storage.Sqlite;
using Microsoft.Extensions.DependencyInjection;

namespace HostAtlas.Engine.Presence;

/// <summary>Puts presence into the platform.</summary>
public static class PresenceSetup
{
    private const string Name = "presence";

    /// <summary>Registers directory and router; <see cref="WithPresence"/> starts the slices.</summary>
    public static IServiceCollection AddPresence(this IServiceCollection services)
    {
        services.AddSingleton<IPresenceDirectory, SqlitePresenceDirectory>();
        services.AddSingleton<PresenceRouter>();
        return services;
    }

    /// <summary>Starts the slices; the servers' region must be registered before. Whoever commits reports then tells the router.</summary>
    public static AkkaConfigurationBuilder WithPresence(this AkkaConfigurationBuilder builder, IServiceProvider provider, EngineOptions options) => builder
        .WithShardedDaemonProcess<PresenceSlice>(Name, PresenceSlice.Count, (_, registry, _) =>
        {
            var directory = provider.GetRequiredService<IPresenceDirectory>();
            var time = provider.GetRequiredService<TimeProvider>();
            var doors = registry.Get<ServerRegion>();
            return slice => Props.Create(() => new PresenceSliceActor(slice, options.SilentAfter, directory, doors, time));
        })
        // The daemon's own router deals in turn; a server's reports must reach its own slice, so they go to the region beneath it.
        .WithActors((system, registry) => registry.Register<PresenceRegion>(
            ClusterSharding.Get(system).ShardRegion($"sharded-daemon-process-{Name}")));
}
