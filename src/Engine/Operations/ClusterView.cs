using Akka.Actor;
using Akka.Cluster;
using Akka.Cluster.Sharding;
using HostAtlas.Engine.Presence;

namespace HostAtlas.Engine.Operations;

/// <summary>What this node knows of the cluster, and how many entities each node holds in memory. Numbers only, no entity's name.</summary>
public sealed class ClusterView(Func<ActorSystem> system, EngineClient engine)
{
    /// <summary>Looks now.</summary>
    public async Task<ClusterPicture> LookAsync(CancellationToken cancellation)
    {
        var cluster = Akka.Cluster.Cluster.Get(system());
        var state = cluster.State;
        var nodes = state.Members.Select(member => new NodePicture(
            member.Address.ToString(), member.Status.ToString(), [.. member.Roles.Order(StringComparer.Ordinal)],
            member.Address.Equals(state.Leader), state.Unreachable.Any(lost => lost.UniqueAddress.Equals(member.UniqueAddress)))).ToList();
        var shards = new List<ShardPicture>();
        Add("teams", await engine.CountEntitiesAsync<TeamRegion>(cancellation).ConfigureAwait(false));
        Add("users", await engine.CountEntitiesAsync<UserRegion>(cancellation).ConfigureAwait(false));
        Add("servers", await engine.CountEntitiesAsync<ServerRegion>(cancellation).ConfigureAwait(false));
        Add("presence", await engine.CountEntitiesAsync<PresenceRegion>(cancellation).ConfigureAwait(false));
        return new ClusterPicture(nodes, shards);

        void Add(string room, ClusterShardingStats stats)
        {
            foreach (var (address, region) in stats.Regions)
            {
                var node = address.HasLocalScope ? cluster.SelfAddress : address;
                shards.Add(new ShardPicture(room, node.ToString(), region.Stats.Count, region.Stats.Values.Sum()));
            }
        }
    }
}

/// <summary>The cluster at one moment.</summary>
public sealed record ClusterPicture(IReadOnlyList<NodePicture> Nodes, IReadOnlyList<ShardPicture> Shards);

/// <summary>One node.</summary>
public sealed record NodePicture(string Address, string Status, IReadOnlyList<string> Roles, bool IsLeader, bool IsUnreachable);

/// <summary>One room's shards on one node, and the entities in them that are in memory.</summary>
public sealed record ShardPicture(string Room, string Node, int Shards, int Entities);
