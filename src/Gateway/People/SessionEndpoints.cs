using HostAtlas.Engine;
using HostAtlas.Gateway.People.Passwords;
using HostAtlas.Gateway.People.Rights;
using HostAtlas.Gateway.People.Sessions;
using HostAtlas.Shared.Ids;

namespace HostAtlas.Gateway.People;

/// <summary><c>/api/session</c> and <c>/api/teams</c>: sign in, who am I, sign out, and where do I belong.</summary>
internal sealed class SessionEndpoints(PlatformKeys keys, PasswordCheck check, SessionService sessions, Access access)
{
    /// <summary>Signs in: 200 with a session of a new id; one the browser had before ends.</summary>
    public async Task<Answer> PostAsync(HttpContext http)
    {
        var read = await JsonBody.ReadAsync(http, PeopleJson.Default.SignInBody);
        if (read.Value is not { } body) return read.Failure!;
        var fields = new Fields();
        var email = fields.Email("/email", body.Email);
        var password = fields.Password("/password", body.Password);
        if (fields.Failure is { } faults) return faults;
        var person = await check.VerifyAsync(keys.AddressOf(email), password, http.Connection.RemoteIpAddress, http.RequestAborted);
        if (person.Value is not { } user) return person.Failure!;
        var teams = await access.TeamsOfAsync(user.User, user.Email, http.RequestAborted);
        if (teams.Value is null) return teams.Failure!;
        if (SessionCookie.Read(http.Request) is { } earlier) await sessions.EndAsync(earlier, CancellationToken.None);
        SessionCookie.Give(http.Response, await sessions.BeginAsync(user.User, user.Email, CancellationToken.None));
        return View(user.User, user.Email, teams.Value);
    }

    /// <summary>Who is signed in: 200, or 401.</summary>
    public async Task<Answer> GetAsync(HttpContext http)
    {
        var signedIn = await access.SignedInAsync(http);
        if (signedIn.Value is not { } session) return signedIn.Failure!;
        var teams = await access.TeamsOfAsync(session.User, session.Email, http.RequestAborted);
        return teams.Value is null ? teams.Failure! : View(session.User, session.Email, teams.Value);
    }

    /// <summary>Signs out: 204, or 401 when nobody was signed in. The cookie is taken back either way.</summary>
    public async Task<Answer> DeleteAsync(HttpContext http)
    {
        var signedIn = await access.SignedInAsync(http);
        if (SessionCookie.Read(http.Request) is { } value) await sessions.EndAsync(value, CancellationToken.None);
        SessionCookie.TakeBack(http.Response);
        return signedIn.Failure ?? Answer.NoContent;
    }

    /// <summary>The caller's own teams.</summary>
    public async Task<Answer> GetTeamsAsync(HttpContext http)
    {
        var teams = await OwnTeamsAsync(http);
        if (teams.Value is not { } all) return teams.Failure!;
        var page = ListQuery.Read(http.Request.Query).Cut(all, team => team.Id.ToString());
        return page.Value is null ? page.Failure! : Answer.Json(StatusCodes.Status200OK, page.Value, PeopleJson.Default.TeamPage);
    }

    private async Task<Step<List<TeamView>>> OwnTeamsAsync(HttpContext http)
    {
        if (http.Request.Headers.Authorization.Count > 0)
        {
            var admitted = await access.AdmitAsync(http, Operation.ReadTeam);
            return admitted.Value is { } grant ? new List<TeamView> { new(grant.Team, grant.TeamName, null) } : admitted.Failure!;
        }
        var signedIn = await access.SignedInAsync(http);
        return signedIn.Value is { } session
            ? await access.TeamsOfAsync(session.User, session.Email, http.RequestAborted)
            : signedIn.Failure!;
    }

    private static Answer View(UserId user, string email, List<TeamView> teams) =>
        Answer.Json(StatusCodes.Status200OK, new SessionView(user, email, teams), PeopleJson.Default.SessionView);
}
