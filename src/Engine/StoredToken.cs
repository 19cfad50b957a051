using System.Collections.Immutable;
using HostAtlas.Shared;
using HostAtlas.Shared.Tokens;

namespace HostAtlas.Engine;

/// <summary>A token's or key's hash and when it ends; null while it is the newest.</summary>
public sealed record StoredToken(TokenHash Hash, DateTimeOffset? EndsAt);

/// <summary>
/// What a rotation leaves behind: the newest first, at most two, each until its end. The same for agent tokens and API keys.
/// </summary>
public static class StoredTokens
{
    /// <summary>
    /// Puts a new one in front at <paramref name="at"/>. The others end at <paramref name="earlierEndAt"/>, or before if they were to; the
    /// oldest gives way.
    /// </summary>
    public static ImmutableList<StoredToken> Rotate(
        ImmutableList<StoredToken> tokens, TokenHash newest, DateTimeOffset earlierEndAt, DateTimeOffset at) =>
    [
        new StoredToken(newest, null), .. tokens
            .Where(token => token.EndsAt is null || token.EndsAt > at)
            .Take(Limits.TokensPerServer - 1)
            .Select(token => token with { EndsAt = token.EndsAt < earlierEndAt ? token.EndsAt : earlierEndAt }),
    ];

    /// <summary>
    /// Whether what was presented is one of those that are valid. Every one is compared, so the time tells neither which one fitted nor
    /// whether the first did.
    /// </summary>
    public static bool Hold(ImmutableList<StoredToken> tokens, TokenHash presented, DateTimeOffset now)
    {
        var found = false;
        foreach (var token in tokens) found |= (token.Hash == presented) & (token.EndsAt is null || token.EndsAt > now);
        return found;
    }
}
