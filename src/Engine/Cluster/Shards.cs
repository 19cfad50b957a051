using System.Buffers;
using Akka.Actor;
using Akka.Cluster.Hosting;
using Akka.Cluster.Sharding;
using Akka.Hosting;
using HostAtlas.Engine.Backups;
using HostAtlas.Engine.Ingest;
using HostAtlas.Engine.Inventory;
using HostAtlas.Engine.Presence;
using HostAtlas.Engine.Servers;
using HostAtlas.Engine.Teams;
using HostAtlas.Engine.Users;
using Microsoft.Extensions.DependencyInjection;

namespace HostAtlas.Engine.Cluster;

/// <summary>
/// The four kinds of entities and their addresses. An address is rendered anew from the ids of the message, never taken from text that
/// came from outside, so there is one spelling of each. 256 shards for ever: the number is part of where an entity lives.
/// </summary>
public static class Shards
{
    private const int Count = 256;

    /// <summary>Adds the shard regions.</summary>
    public static AkkaConfigurationBuilder WithEntities(this AkkaConfigurationBuilder builder, IServiceProvider provider,
        EngineOptions options)
    {
        var time = provider.GetRequiredService<TimeProvider>();
        var ingest = provider.GetRequiredService<IIngest>();
        var inventories = provider.GetRequiredService<InventoryDesk>();
        var seal = provider.GetRequiredService<JournalSeal>();
        var sharding = new ShardOptions
        {
            Role = ClusterNode.EngineRole,
            StateStoreMode = StateStoreMode.DData,
            RememberEntities = false,
            // Entities leave by their own rules; the shard's timer would take along doors whose servers report rarely.
            ShouldPassivateIdleEntities = false,
            HandOffStopMessage = StopEntity.Instance,
        };
        var desk = provider.GetRequiredService<BackupDesk>();
        return builder
            .WithShardRegion<TeamRegion>("team", (_, _, _) => Team, new ByTeam(), sharding)
            .WithShardRegion<UserRegion>("user", (_, _, _) => User, new ByUser(), sharding)
            .WithShardRegion<ServerRegion>("server", (_, registry, _) => id => Server(id, registry), new ByServer(), sharding)
            .WithShardRegion<BackupRegion>("backup", (_, registry, _) => id => Backups(id, registry), new ByBackup(), sharding);

        Props Team(string id) => Props.Create(() => new TeamActor(id, time, seal));

        Props User(string id) => Props.Create(() => new UserActor(id, time, seal));

        Props Server(string id, IReadOnlyActorRegistry registry) =>
            Props.Create(() => new ServerActor(id, time, options, ingest, inventories, seal, () => registry.Get<BackupRegion>()));

        Props Backups(string id, IReadOnlyActorRegistry registry) =>
            Props.Create(() => new BackupActor(ServerKey.Parse(id), time, desk, seal, () => registry.Get<ServerRegion>()));
    }

    /// <summary>Adds the ways to the shard regions of another node.</summary>
    public static AkkaConfigurationBuilder WithEntityProxies(this AkkaConfigurationBuilder builder) => builder
        .WithShardRegionProxy<TeamRegion>("team", ClusterNode.EngineRole, new ByTeam())
        .WithShardRegionProxy<UserRegion>("user", ClusterNode.EngineRole, new ByUser())
        .WithShardRegionProxy<ServerRegion>("server", ClusterNode.EngineRole, new ByServer())
        .WithShardRegionProxy<BackupRegion>("backup", ClusterNode.EngineRole, new ByBackup());

    internal sealed class ByTeam() : HashCodeMessageExtractor(Count)
    {
        public override string? EntityId(object message) => (message as ITeamCommand)?.Team.ToString();
    }

    internal sealed class ByUser() : HashCodeMessageExtractor(Count)
    {
        private const int AddressBytes = 16;

        public override string? EntityId(object message)
        {
            Span<byte> bytes = stackalloc byte[AddressBytes];
            return message is IUserCommand { Address.Value: { Length: 2 * AddressBytes } address }
                && Convert.FromHexString(address, bytes, out _, out _) == OperationStatus.Done
                ? Convert.ToHexStringLower(bytes)
                : null;
        }
    }

    internal sealed class ByServer() : HashCodeMessageExtractor(Count)
    {
        public override string? EntityId(object message) =>
            message is IServerCommand command ? new ServerKey(command.Team, command.Server).ToString() : null;
    }

    internal sealed class ByBackup() : HashCodeMessageExtractor(Count)
    {
        public override string? EntityId(object message) =>
            message is IBackupCommand command ? new ServerKey(command.Team, command.Server).ToString() : null;
    }
}
