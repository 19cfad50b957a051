using HostAtlas.Engine;
using HostAtlas.Engine.Storage;
using HostAtlas.Engine.Teams;
using HostAtlas.Engine.Users;
using HostAtlas.Gateway.Ingest;
using HostAtlas.Gateway.People.Sessions;
using HostAtlas.Shared.Ids;
using HostAtlas.Shared.Tokens;
using HostAtlas.Shared.Wire;
using Microsoft.Net.Http.Headers;

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
        var person = await PersonAsync(http);
        return person.Value is { } signedIn ? signedIn.Session : person.Failure!;
    }

    /// <summary>
    /// The person who is signed in, with what the person's entity said just now. It is asked at each call, so a change of credentials ends
    /// the other sessions on every node with their next call.
    /// </summary>
    public async Task<Step<SignedInPerson>> PersonAsync(HttpContext http)
    {
        if (http.Request.Headers.Authorization.Count > 0)
        {
            return new Failure(ProblemSlug.NotPermitted, "This needs a person's session; an API key has none.");
        }
        if (SessionCookie.Read(http.Request) is not { } value || await sessions.UseAsync(value, http.RequestAborted) is not { } session)
        {
            return Failure.SignInRequired;
        }
        var address = keys.AddressOf(session.Email);
        var reply = await engine.AskAsync(new JudgeSession(address, session.User, session.Epoch), http.RequestAborted);
        if (reply is Refused { Kind: RefusalKind.CredentialsRejected }) return Failure.SignInRequired;
        var judged = Failure.Unless<SessionStands>(reply);
        if (judged.Value is not { } stands) return judged.Failure!;
        // An id that was replaced gives no cookie: the browser holds the new one already, or is about to.
        if (!session.IsAlias) SessionCookie.Give(http.Response, value);
        return new SignedInPerson(session, address, stands.Teams, value);
    }

    /// <summary>
    /// Gives the session another id when a role differs from the one it last saw, or a team is new to it. Not the alias of one: its
    /// successor sees the change itself.
    /// </summary>
    public async Task SeeRolesAsync(HttpContext http, SignedInPerson person, params IReadOnlyList<SeenRole> roles)
    {
        if (person.Session.IsAlias || roles.All(person.Session.Roles.Contains)) return;
        var seen = person.Session.Roles.Where(known => roles.All(role => role.Team != known.Team)).Concat(roles).ToList();
        if (await sessions.RenewAsync(person.Cookie, seen, CancellationToken.None) is { } renewed)
            SessionCookie.Give(http.Response, renewed);
        else
            http.Response.Headers.Remove(HeaderNames.SetCookie);
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
    public async Task<Step<OwnTeams>> TeamsOfAsync(
        UserId user, string email, IReadOnlyList<TeamId> teams, CancellationToken cancellation)
    {
        var (views, roles) = (new List<TeamView>(teams.Count), new List<SeenRole>(teams.Count));
        var answers = await Task.WhenAll(teams.Select(team => engine.AskAsync(new AuthorizeUser(team, user), cancellation)));
        foreach (var (team, answer) in teams.Zip(answers))
        {
            if (answer is Authorized { Role: { } role } member)
            {
                views.Add(new TeamView(member.Team, member.TeamName, WireNames.Of(role)));
                roles.Add(new SeenRole(member.Team, role));
            }
            else if (answer is Refused { Kind: not RefusalKind.NotFound } refused)
            {
                return Failure.Of(refused);
            }
            else
            {
                await memberships.ForgetAsync(team, user, email);
            }
        }
        return new OwnTeams(views, roles);
    }

    private async Task<Step<Grant>> OfPersonAsync(HttpContext http)
    {
        var signedIn = await PersonAsync(http);
        if (signedIn.Value is not { Session: var session } person) return signedIn.Failure!;
        var named = TeamOf(http, person.Teams);
        if (named.Value is not { } team) return named.Failure!;
        var reply = Failure.Unless<Authorized>(await engine.AskAsync(new AuthorizeUser(team.Id, session.User), http.RequestAborted));
        if (reply.Value is not { } member) return reply.Failure!;
        await SeeRolesAsync(http, person, new SeenRole(member.Team, member.Role!.Value));
        return new Grant(member.Team, member.TeamName, member.Role, KeyScopes.None, person.By(http)) { SignedInAt = session.SignedInAt };
    }

    /// <summary>
    /// The team that X-Team names, or the only one there is. One that is not the person's is refused by what the person's entity says,
    /// before that team is asked: a team that is there answers sooner than one that has to be looked for in the journal.
    /// </summary>
    private static Step<NamedTeam> TeamOf(HttpContext http, IReadOnlyList<TeamId> teams)
    {
        var header = http.Request.Headers[TeamHeader];
        TeamId id = default;
        if (header.Count > 0 && !(header.Count == 1 && ResourceId.TryParse(header[0], out id))) return IllFormedTeam;
        if (header.Count > 0) return teams.Contains(id) ? new NamedTeam(id) : Failure.NotFound;
        return teams switch
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
        : new Failure(ProblemSlug.RateLimited, "Too many rejected credentials came from this address. Wait a second, then try again.");

    /// <summary>The token that a request carries, of whatever kind; null when there is none.</summary>
    public static string? Bearer(HttpRequest request) =>
        request.Headers.Authorization is [{ } text] && text.StartsWith(BearerScheme, StringComparison.OrdinalIgnoreCase)
            ? text[BearerScheme.Length..]
            : null;

    private static Failure IllFormedTeam => new(
        ProblemSlug.MalformedRequest, "X-Team is given once and holds a team's id: a UUID in lower case with hyphens.");

    private sealed record NamedTeam(TeamId Id);
}

/// <summary>The person who is signed in.</summary>
/// <param name="Address">Of the person's entity.</param>
/// <param name="Teams">Those the person belongs to, as the entity notes it; each team decides for itself.</param>
/// <param name="Cookie">The value that the request carried.</param>
internal sealed record SignedInPerson(Session Session, UserAddress Address, IReadOnlyList<TeamId> Teams, string Cookie)
{
    /// <summary>Who it is, for the changes that the call leads to.</summary>
    public Author By(HttpContext http) =>
        Author.OfPerson(Session.User, Session.Email, http.Connection.RemoteIpAddress, Session.Id);

    /// <summary>The session that takes the place of this one after a change of the credentials.</summary>
    public NewSession With(int epoch, SessionOrigin origin) =>
        new(Session.User, Session.Email, epoch, Session.Roles, origin, Session.SignedInAt);

    /// <summary>Without the cookie: a record's own text would print it into a log.</summary>
    public override string ToString() => $"SignedInPerson({Session.User})";
}

/// <summary>A person's teams for the person, and the role in each for the session.</summary>
internal sealed record OwnTeams(IReadOnlyList<TeamView> Views, IReadOnlyList<SeenRole> Roles);

/// <summary>What a caller holds in one team: a person's role, or (role null) a key's scopes.</summary>
/// <param name="By">Who it is, for the changes that the call leads to.</param>
internal sealed record Grant(TeamId Team, string TeamName, TeamRole? Role, KeyScopes Scopes, Author By)
{
    /// <summary>When the person signed in; null for a key.</summary>
    public DateTimeOffset? SignedInAt { get; init; }

    /// <summary>The caller is an API key.</summary>
    public bool ByKey => Role is null;
}
