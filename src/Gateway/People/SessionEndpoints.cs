using HostAtlas.Engine;
using HostAtlas.Engine.Users;
using HostAtlas.Gateway.People.Passwords;
using HostAtlas.Gateway.People.Rights;
using HostAtlas.Gateway.People.Sessions;
using HostAtlas.Shared.Ids;

namespace HostAtlas.Gateway.People;

/// <summary>
/// <c>/api/session</c>, <c>/api/sessions</c> and <c>/api/teams</c>: sign in, who am I, sign out, where else am I signed in, and where do I
/// belong.
/// </summary>
internal sealed class SessionEndpoints(
    EngineClient engine, PlatformKeys keys, PasswordCheck check, SessionService sessions, SignedInAnew anew, Access access)
{
    // A message between nodes has a bound; nobody has so many sessions but a script that signs in at each call.
    private const int SessionsANote = 500;

    /// <summary>Signs in: 200 with a session of a new id; one the browser had before ends.</summary>
    public async Task<Answer> PostAsync(HttpContext http)
    {
        var read = await JsonBody.ReadAsync(http, PeopleJson.Default.SignInBody);
        if (read.Value is not { } body) return read.Failure!;
        var fields = new Fields();
        var email = fields.Email("/email", body.Email);
        var password = fields.Password("/password", body.Password);
        if (fields.Failure is { } faults) return faults;
        var session = SessionService.NewId();
        var accepted = await check.SignInAsync(keys.AddressOf(email), password, body.Code, session, http);
        if (accepted.Value is not { } person) return accepted.Failure!;
        var teams = await access.TeamsOfAsync(person.User, person.Email, person.Teams, http.RequestAborted);
        if (teams.Value is not { } own) return teams.Failure!;
        await anew.BeginAsync(http, new NewSession(person.User, person.Email, person.Epoch, own.Roles, SessionOrigin.Of(http))
        {
            Id = session,
        });
        return View(person.User, person.Email, own.Views);
    }

    /// <summary>Who is signed in: 200, or 401.</summary>
    public async Task<Answer> GetAsync(HttpContext http)
    {
        var signedIn = await access.PersonAsync(http);
        if (signedIn.Value is not { Session: var session } person) return signedIn.Failure!;
        var teams = await OwnTeamsAsync(http, person);
        return teams.Value is null ? teams.Failure! : View(session.User, session.Email, teams.Value);
    }

    /// <summary>Signs out: 204, or 401 when nobody was signed in. The cookie is taken back either way.</summary>
    public async Task<Answer> DeleteAsync(HttpContext http)
    {
        var signedIn = await access.PersonAsync(http);
        if (signedIn.Value is { } person)
        {
            var ended = await EndAsync(http, person, id => id == person.Session.Id);
            if (ended.Failure is { } notNoted) return notNoted;
        }
        SessionCookie.TakeBack(http.Response);
        return signedIn.Failure ?? Answer.NoContent;
    }

    /// <summary>The person's own sessions, the latest sign-in first.</summary>
    public async Task<Answer> ListAsync(HttpContext http)
    {
        var signedIn = await access.PersonAsync(http);
        if (signedIn.Value is not { Session: var session }) return signedIn.Failure!;
        var own = await sessions.ListAsync(session.User, session.Epoch, http.RequestAborted);
        var views = own.Select(one => ListedSessionView.Of(one, session.Id)).ToList();
        return ListQuery.AnswerOf(http, views, view => view.Id.ToString(), PeopleJson.Default.SessionPage);
    }

    /// <summary>Ends one of the person's sessions: 204; 404 for any other id. The own one signs out.</summary>
    public async Task<Answer> DeleteOneAsync(HttpContext http)
    {
        var signedIn = await access.PersonAsync(http);
        if (signedIn.Value is not { } person) return signedIn.Failure!;
        if (!ResourceId.TryParse<SessionId>(http.Request.RouteValues["id"] as string, out var id)) return Failure.NoSuchSession;
        var own = await sessions.ListAsync(person.Session.User, person.Session.Epoch, http.RequestAborted);
        if (own.All(one => one.Session.Id != id)) return Failure.NoSuchSession;
        var ended = await EndAsync(http, person, one => one == id);
        if (id == person.Session.Id) SessionCookie.TakeBack(http.Response);
        return ended.Failure ?? Answer.NoContent;
    }

    /// <summary>Ends every session of the person but this one: 204.</summary>
    public async Task<Answer> DeleteOthersAsync(HttpContext http)
    {
        var signedIn = await access.PersonAsync(http);
        if (signedIn.Value is not { } person) return signedIn.Failure!;
        return (await EndAsync(http, person, id => id != person.Session.Id)).Failure ?? Answer.NoContent;
    }

    /// <summary>The caller's own teams.</summary>
    public async Task<Answer> GetTeamsAsync(HttpContext http)
    {
        var teams = await OwnTeamsAsync(http);
        if (teams.Value is not { } all) return teams.Failure!;
        return ListQuery.AnswerOf(http, all, team => team.Id.ToString(), PeopleJson.Default.TeamPage);
    }

    private async Task<Step<IReadOnlyList<TeamView>>> OwnTeamsAsync(HttpContext http)
    {
        if (http.Request.Headers.Authorization.Count > 0)
        {
            var admitted = await access.AdmitAsync(http, Operation.ReadTeam);
            return admitted.Value is { } grant ? new List<TeamView> { new(grant.Team, grant.TeamName, null) } : admitted.Failure!;
        }
        var signedIn = await access.PersonAsync(http);
        return signedIn.Value is { } person ? await OwnTeamsAsync(http, person) : signedIn.Failure!;
    }

    private async Task<Step<IReadOnlyList<TeamView>>> OwnTeamsAsync(HttpContext http, SignedInPerson person)
    {
        var session = person.Session;
        var teams = await access.TeamsOfAsync(session.User, session.Email, person.Teams, http.RequestAborted);
        if (teams.Value is not { } own) return teams.Failure!;
        await access.SeeRolesAsync(http, person, own.Roles);
        return new(own.Views, null);
    }

    // Ended first, then noted: should the journal be away, the sessions have ended all the same, and that is what was asked for.
    private async Task<Step<Done>> EndAsync(HttpContext http, SignedInPerson person, Func<SessionId, bool> ends)
    {
        var ended = await sessions.EndAsync(person.Session.User, ends, CancellationToken.None);
        foreach (var some in ended.Chunk(SessionsANote))
        {
            var note = new NoteSessionsEnded(person.Address, some, person.By(http));
            var noted = Failure.Unless<Done>(await engine.AskAsync(note, CancellationToken.None));
            if (noted.Failure is not null) return noted;
        }
        return Done.Instance;
    }

    private static Answer View(UserId user, string email, IReadOnlyList<TeamView> teams) =>
        Answer.Json(StatusCodes.Status200OK, new SessionView(user, email, teams), PeopleJson.Default.SessionView);
}

/// <summary>A session in its person's list; <paramref name="Current"/>: the one that asks.</summary>
internal sealed record ListedSessionView(
    SessionId Id, DateTimeOffset CreatedAt, DateTimeOffset LastUsedAt, DateTimeOffset ExpiresAt, bool Current, string? Address,
    string? UserAgent)
{
    /// <summary>The session for people.</summary>
    public static ListedSessionView Of(ListedSession listed, SessionId current) => new(
        listed.Session.Id, listed.Session.SignedInAt.ToUniversalTime(), listed.Session.UsedAt.ToUniversalTime(),
        listed.Session.EndsAt.ToUniversalTime(), listed.Session.Id == current, listed.Session.Origin.Address,
        listed.Session.Origin.UserAgent);
}
