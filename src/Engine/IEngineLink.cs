using Akka.Hosting;

namespace HostAtlas.Engine;

/// <summary>The way from this process to the entities, which a gateway's process may lose and find again.</summary>
public interface IEngineLink
{
    /// <summary>The way as it is now; null while there is none.</summary>
    EngineWay? Way { get; }
}

/// <summary>One way to the entities.</summary>
/// <param name="Regions">The shard regions or the proxies of them.</param>
/// <param name="Lost">Ends the waiting of whoever asked over a way that is no more.</param>
public sealed record EngineWay(IReadOnlyActorRegistry Regions, CancellationToken Lost);

/// <summary>The entities live in this process: the way is always there.</summary>
internal sealed class OwnEngine(IReadOnlyActorRegistry regions) : IEngineLink
{
    /// <inheritdoc />
    public EngineWay Way { get; } = new(regions, CancellationToken.None);
}
