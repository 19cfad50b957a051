using HostAtlas.Shared.Ids;

namespace HostAtlas.Engine.Storage.Sealing;

/// <summary>A team's data key as the database has it: sealed by a root key, which lies outside of every database.</summary>
/// <param name="Number">1, 2, 3 … a team; the highest one seals, all of them open. At most 65,535: two bytes of each sealed value.</param>
/// <param name="RootId">By which root key it is wrapped, <see cref="RootKeys.IdOf"/>.</param>
/// <param name="Wrapped">By <see cref="RootKeys.Wrap"/>; worthless once the key was destroyed.</param>
public sealed record WrappedKey(TeamId Team, int Number, long RootId, byte[] Wrapped, DateTimeOffset MadeAt, DateTimeOffset? DestroyedAt);
