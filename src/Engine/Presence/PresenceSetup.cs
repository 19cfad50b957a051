using Akka.Actor;
using Akka.Cluster.Hosting;
using Akka.Cluster.Sharding;
using Akka.Hosting;
using HostAtlas.Engine.Cluster;
using HostAtlas.Engine.Storage;
using Microsoft.Extensions.DependencyInjection;

namespace HostAtlas.Engine.Presence;

/// <summary>Puts presence into the platform.</summary>
public static class PresenceSetup
{
    private const string Name = "presence";

    /// <summary>Starts the slices; the servers' region must be registered before. Whoever commits reports then tells the router.</summary>
    public static AkkaConfigurationBuilder WithPresence(
        this AkkaConfigurationBuilder builder, IServiceProvider provider, EngineOptions options) => builder
        .WithShardedDaemonProcess<PresenceSlice>(Name, PresenceSlice.Count, (_, registry, _) =>
        {
            var directory = provider.GetRequiredService<IPresenceDirectory>();
            var time = provider.GetRequiredService<TimeProvider>();
            var doors = registry.Get<ServerRegion>();
            return slice => Props.Create(() => new PresenceSliceActor(slice, options.SilentAfter, directory, doors, time));
        }, new ClusterDaemonOptions { Role = ClusterNode.EngineRole })
        // The daemon's own router deals in turn; a server's reports must reach its own slice, so they go to the region beneath it.
        .WithActors((system, registry) => registry.Register<PresenceRegion>(
            ClusterSharding.Get(system).ShardRegion($"sharded-daemon-process-{Name}")));
}
