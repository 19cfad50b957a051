using HostAtlas.Shared.Ids;

namespace HostAtlas.Shared.Tokens;

/// <summary>What a token says of itself once its tag is verified: whom it is bound to. That it is still valid, only the entity
/// knows.</summary>
public readonly record struct TokenClaims<TSubject>(TeamId Team, TSubject Subject) where TSubject : struct, IResourceId<TSubject>;
