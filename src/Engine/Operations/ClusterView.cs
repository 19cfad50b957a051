using Akka.Actor;
using Akka.Cluster;

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
        foreach (var (room, stats) in await engine.CountEntitiesAsync(cancellation).ConfigureAwait(false))
        {
            foreach (var (address, region) in stats.Regions)
            {
                var node = address.HasLocalScope ? cluster.SelfAddress : address;
                shards.Add(new ShardPicture(room, node.ToString(), region.Stats.Count, region.Stats.Values.Sum()));
            }
        }
        return new ClusterPicture(nodes, shards);
    }
}

/// <summary>The cluster at one moment.</summary>
public sealed record ClusterPicture(IReadOnlyList<NodePicture> Nodes, IReadOnlyList<ShardPicture> Shards);

/// <summary>One node.</summary>
public sealed record NodePicture(string Address, string Status, IReadOnlyList<string> Roles, bool IsLeader, bool IsUnreachable);

/// <summary>One room's shards on one node, and the entities in them that are in memory.</summary>
public sealed record ShardPicture(string Room, string Node, int Shards, int Entities);
