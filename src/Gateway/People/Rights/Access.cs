using HostAtlas.Engine;
using HostAtlas.Engine.Storage;
using HostAtlas.Engine.Teams;
using HostAtlas.Engine.Users;
using HostAtlas.Gateway.Ingest;
using HostAtlas.Gateway.People.Sessions;
using HostAtlas.Shared.Ids;
using HostAtlas.Shared.Tokens;
using HostAtlas.Shared.Wire;

namespace HostAtlas.Gateway.People.Rights;

/// <summary>
/// Finds out who calls and whether the team lets them. Nothing is remembered between calls: the team's entity is asked each time, so a key
/// that was revoked or a role that was changed counts from the next call on, on every node.
/// </summary>
internal sealed class Access(
    EngineClient engine, SessionService sessions, PlatformKeys keys, FailedCredentials failures, Memberships memberships, KeyUses uses,
    TimeProvider time)
{
    private const string BearerScheme = "Bearer ", TeamHeader = "X-Team";

    /// <summary>The person who is signed in; API keys are refused.</summary>
    public async Task<Step<Session>> SignedInAsync(HttpContext http)
    {
        if (http.Request.Headers.Authorization.Count > 0)
        {
            return new Failure(ProblemSlug.NotPermitted, "This needs a person's session; an API key has none.");
        }
        if (SessionCookie.Read(http.Request) is not { } value || await sessions.UseAsync(value, http.RequestAborted) is not { } session)
        {
            return Failure.SignInRequired;
        }
        SessionCookie.Give(http.Response, value);
        return session;
    }

    /// <summary>The caller's grant in the team that the call is about, if the rights table allows the operation.</summary>
    public async Task<Step<Grant>> AdmitAsync(HttpContext http, Operation operation)
    {
        var grant = http.Request.Headers.Authorization.Count > 0 ? await OfKeyAsync(http) : await OfPersonAsync(http);
        return grant.Value is { } found && Refusal(found, operation) is { } refusal ? refusal : grant;
    }

    /// <summary>Why the rights table does not allow it; null when it does.</summary>
    private Failure? Refusal(Grant grant, Operation operation) =>
        !(grant.Role is { } role ? RightsTable.Allows(role, operation) : RightsTable.Allows(grant.Scopes, operation))
            ? new Failure(ProblemSlug.NotPermitted, grant.Role is null
                ? "This key's scopes do not allow it. Some things need a person's session, whatever the scopes."
                : "Your role in this team does not allow it. Ask an owner or an admin of the team.")
        : RightsTable.NeedsFreshness(operation) && !Freshness.Holds(grant.SignedInAt, time.GetUtcNow())
            ? new Failure(ProblemSlug.NotPermitted, "This needs a sign-in that is less than 10 minutes old. Sign in again, then repeat it.")
        : null;

    /// <summary>The person's teams, as the teams themselves see it: one that does not know the person (any more) is left out.</summary>
    public async Task<Step<List<TeamView>>> TeamsOfAsync(UserId user, string email, CancellationToken cancellation)
    {
        var reply = Failure.Unless<UserKnown>(await engine.AskAsync(new FindUser(keys.AddressOf(email)), cancellation));
        if (reply.Value is not { } known) return reply.Failure!;
        var views = new List<TeamView>(known.Teams.Count);
        var answers = await Task.WhenAll(known.Teams.Select(team => engine.AskAsync(new AuthorizeUser(team, user), cancellation)));
        foreach (var (team, answer) in known.Teams.Zip(answers))
        {
            if (answer is Authorized { Role: { } role } member) views.Add(new TeamView(member.Team, member.TeamName, WireNames.Of(role)));
            else if (answer is Refused { Kind: not RefusalKind.NotFound } refused) return Failure.Of(refused);
            else await memberships.ForgetAsync(team, user, email);
        }
        return views;
    }

    private async Task<Step<Grant>> OfPersonAsync(HttpContext http)
    {
        var signedIn = await SignedInAsync(http);
        if (signedIn.Value is not { } session) return signedIn.Failure!;
        var named = await TeamOfAsync(http, session);
        if (named.Value is not { } team) return named.Failure!;
        var reply = Failure.Unless<Authorized>(await engine.AskAsync(new AuthorizeUser(team.Id, session.User), http.RequestAborted));
        if (reply.Value is not { } member) return reply.Failure!;
        var by = Author.OfPerson(session.User, session.Email, http.Connection.RemoteIpAddress, session.Id);
        return new Grant(member.Team, member.TeamName, member.Role, KeyScopes.None, by) { SignedInAt = session.SignedInAt };
    }

    /// <summary>The team that X-Team names, or the only one there is.</summary>
    private async Task<Step<NamedTeam>> TeamOfAsync(HttpContext http, Session session)
    {
        var header = http.Request.Headers[TeamHeader];
        if (header.Count > 0)
        {
            return header.Count == 1 && ResourceId.TryParse<TeamId>(header[0], out var id) ? new NamedTeam(id) : IllFormedTeam;
        }
        var reply = Failure.Unless<UserKnown>(await engine.AskAsync(new FindUser(keys.AddressOf(session.Email)), http.RequestAborted));
        if (reply.Value is not { } known) return reply.Failure!;
        return known.Teams switch
        {
            [var only] => new NamedTeam(only),
            [] => new Failure(ProblemSlug.NotFound, "You belong to no team yet. Open an invitation first."),
            _ => new Failure(
                ProblemSlug.MalformedRequest, "You belong to several teams. Name one in the header X-Team; GET /api/teams lists them."),
        };
    }

    private async Task<Step<Grant>> OfKeyAsync(HttpContext http)
    {
        if (Bearer(http.Request) is not { } token
            || !TokenForm.TryRead<KeyId>(TokenKind.ApiKey, token, keys.TokenKeys, out var claims)) return Rejected(http);
        var reply = await engine.AskAsync(new AuthorizeKey(claims.Team, claims.Subject, TokenHash.Of(token)), http.RequestAborted);
        if (reply is Refused { Kind: RefusalKind.CredentialsRejected or RefusalKind.NotFound }) return Rejected(http);
        var authorized = Failure.Unless<Authorized>(reply);
        if (authorized.Value is not { } key) return authorized.Failure!;
        var named = http.Request.Headers[TeamHeader];
        if (named.Count > 0 && (named.Count > 1 || !ResourceId.TryParse<TeamId>(named[0], out _))) return IllFormedTeam;
        if (named.Count > 0 && named[0] != claims.Team.ToString()) return Failure.NotFound;
        uses.Note(claims.Team, claims.Subject);
        var by = Author.OfKey(claims.Subject, key.KeyName, http.Connection.RemoteIpAddress);
        return new Grant(key.Team, key.TeamName, null, key.Scopes, by);
    }

    /// <summary>401 for a credential that is none, 429 for a network that has sent too many of them. Valid ones never come here.</summary>
    public Failure Rejected(HttpContext http) => failures.TryCount(http.Connection.RemoteIpAddress)
        ? Failure.CredentialsRejected
        : new Failure(ProblemSlug.RateLimited, "Too many rejected credentials came from this address. Wait, then try again.");

    private static string? Bearer(HttpRequest request) =>
        request.Headers.Authorization is [{ } text] && text.StartsWith(BearerScheme, StringComparison.OrdinalIgnoreCase)
            ? text[BearerScheme.Length..]
            : null;

    private static Failure IllFormedTeam => new(
        ProblemSlug.MalformedRequest, "X-Team is given once and holds a team's id: a UUID in lower case with hyphens.");

    private sealed record NamedTeam(TeamId Id);
}

/// <summary>What a caller holds in one team: a person's role, or (role null) a key's scopes.</summary>
/// <param name="By">Who it is, for the changes that the call leads to.</param>
internal sealed record Grant(TeamId Team, string TeamName, TeamRole? Role, KeyScopes Scopes, Author By)
{
    /// <summary>When the person signed in; null for a key.</summary>
    public DateTimeOffset? SignedInAt { get; init; }

    /// <summary>The caller is an API key.</summary>
    public bool ByKey => Role is null;
}
