using Akka.Event;

namespace HostAtlas.Engine.Cluster;

/// <summary>
/// Ends an entity: its shard sends it for a passivation or a hand-over. It is an ordinary command and waits behind a running persist; a
/// PoisonPill would not, and the reply of the command before it would be lost.
/// </summary>
internal sealed class StopEntity : IDeadLetterSuppression
{
    /// <summary>The one instance; it never leaves the node.</summary>
    public static readonly StopEntity Instance = new();

    private StopEntity() { }
}
