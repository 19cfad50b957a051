using System.Globalization;
using Akka.Actor;
using Akka.Cluster.Sharding;
using Akka.Hosting;

namespace HostAtlas.Engine.Presence;

/// <summary>Registry key of the slices' shard region on this node.</summary>
public sealed class PresenceRegion;

/// <summary>
/// Carries what a flush heard to the slices, wherever in the cluster they run: one message a slice, through the shard region, which buffers
/// while a slice moves. A message that is lost all the same is made up for by the next report.
/// </summary>
public sealed class PresenceRouter(IReadOnlyActorRegistry registry)
{
    private static readonly string[] EntityIds =
        [.. Enumerable.Range(0, PresenceSlice.Count).Select(slice => slice.ToString(CultureInfo.InvariantCulture))];

    /// <summary>
    /// Hands on which servers were heard. Never waits; before the slices are started it does nothing, their grace covers that.
    /// </summary>
    public void Hear(Seen seen)
    {
        if (!registry.TryGet<PresenceRegion>(out var region)) return;
        var slices = new List<ServerKey>?[PresenceSlice.Count];
        foreach (var server in seen.Servers) (slices[PresenceSlice.Of(server)] ??= []).Add(server);
        for (var slice = 0; slice < slices.Length; slice++)
        {
            if (slices[slice] is { } servers)
                region.Tell(new ShardingEnvelope(EntityIds[slice], new Seen(servers, seen.At)), ActorRefs.NoSender);
        }
    }
}
