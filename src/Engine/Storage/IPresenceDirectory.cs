using HostAtlas.Engine.Presence;

namespace HostAtlas.Engine.Storage;

/// <summary>
/// The servers that presence watches. A question of the platform's: it crosses teams, and its answer never leaves the engine.
/// </summary>
public interface IPresenceDirectory
{
    /// <summary>The servers of one slice that have ever reported.</summary>
    Task<IReadOnlyList<KnownServer>> LoadSliceAsync(int slice, CancellationToken cancellation);
}
