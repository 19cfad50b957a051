using HostAtlas.Engine;
using HostAtlas.Engine.Teams;
using HostAtlas.Engine.Users;
using HostAtlas.Gateway.People.Sessions;
using HostAtlas.Shared.Ids;
using HostAtlas.Shared.Tokens;

namespace HostAtlas.Gateway.People.Rights;

/// <summary>
/// Whether what a caller was granted when an answer began is still theirs, for answers that go on for hours. The same three are asked as at
/// each call: the session's row, the person's entity and the team's. Unlike a call this is no use of a session or a key: it renews nothing,
/// so a stream that is left open ends with the idle time of its session.
/// </summary>
internal sealed class StandingGrant(EngineClient engine, SessionService sessions, PlatformKeys keys)
{
    /// <summary>Whether the very same grant would be given now. Faults of store and engine go to the caller.</summary>
    public Task<bool> StandsAsync(HttpContext http, Grant grant, CancellationToken cancellation) =>
        grant.Role is { } role ? OfPersonAsync(http, grant, role, cancellation) : OfKeyAsync(http, grant, cancellation);

    private async Task<bool> OfPersonAsync(HttpContext http, Grant grant, TeamRole role, CancellationToken cancellation)
    {
        if (SessionCookie.Read(http.Request) is not { } value || await sessions.LookAsync(value, cancellation) is not { } session)
            return false;
        if (await engine.AskAsync(new JudgeSession(keys.AddressOf(session.Email), session.User, session.Epoch), cancellation)
            is not SessionStands) return false;
        // Another role is another answer: the caller comes again, and gets the new session id with it.
        return await engine.AskAsync(new AuthorizeUser(grant.Team, session.User), cancellation)
            is Authorized { Role: { } now } && now == role;
    }

    private async Task<bool> OfKeyAsync(HttpContext http, Grant grant, CancellationToken cancellation) =>
        Access.Bearer(http.Request) is { } token
        && TokenForm.TryRead<KeyId>(TokenKind.ApiKey, token, keys.TokenKeys, out var claims) && claims.Team == grant.Team
        && await engine.AskAsync(new AuthorizeKey(claims.Team, claims.Subject, TokenHash.Of(token)), cancellation) is Authorized found
        && found.Scopes == grant.Scopes;
}
