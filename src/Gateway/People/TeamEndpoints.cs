using HostAtlas.Engine;
using HostAtlas.Engine.Backups;
using HostAtlas.Engine.Teams;
using HostAtlas.Engine.Users;
using HostAtlas.Engine.Vault;
using HostAtlas.Gateway.People.Rights;
using HostAtlas.Shared.Ids;
using HostAtlas.Shared.Tokens;

namespace HostAtlas.Gateway.People;

/// <summary><c>/api/team</c>, the team that a call is about, and <c>POST /api/teams</c>, by which who is signed in joins another.</summary>
internal sealed class TeamEndpoints(
    EngineClient engine, PlatformKeys keys, Memberships memberships, Access access, VaultStanding vault, BackupCatalogue catalogue)
{
    /// <summary>Name, the caller's role, and how much of the plan is used.</summary>
    public async Task<Answer> GetAsync(HttpContext http)
    {
        var admitted = await access.AdmitAsync(http, Operation.ReadTeam);
        if (admitted.Value is not { } grant) return admitted.Failure!;
        return await ShowAsync(http, grant, await engine.AskAsync(new ShowTeam(grant.Team), http.RequestAborted));
    }

    /// <summary>Gives the team another name: 200 with the team.</summary>
    public async Task<Answer> PatchAsync(HttpContext http)
    {
        var admitted = await access.AdmitAsync(http, Operation.RenameTeam);
        if (admitted.Value is not { } grant) return admitted.Failure!;
        var read = await JsonBody.ReadAsync(http, PeopleJson.Default.TeamBody);
        if (read.Value is not { } body) return read.Failure!;
        var fields = new Fields();
        var name = fields.Name("/name", body.Name);
        if (fields.Failure is { } faults) return faults;
        return await ShowAsync(http, grant, await engine.AskAsync(new RenameTeam(grant.Team, name, grant.By), CancellationToken.None));
    }

    /// <summary>Joins the team of an invitation as the person who is signed in: 201 with the team.</summary>
    public async Task<Answer> JoinAsync(HttpContext http)
    {
        var signedIn = await access.SignedInAsync(http);
        if (signedIn.Value is not { } session) return signedIn.Failure!;
        var read = await JsonBody.ReadAsync(http, PeopleJson.Default.JoinBody);
        if (read.Value is not { } body) return read.Failure!;
        var fields = new Fields();
        if (body.Invitation is null) fields.Fault("/invitation", "An invitation (hai_…) is expected.");
        if (fields.Failure is { } faults) return faults;
        var invitation = body.Invitation!.Trim();
        if (!TokenForm.TryRead<InvitationId>(TokenKind.Invitation, invitation, keys.TokenKeys, out var claims))
        {
            return access.Rejected(http);
        }

        var found = Failure.Unless<UserKnown>(await engine.AskAsync(new FindUser(keys.AddressOf(session.Email)), http.RequestAborted));
        if (found.Value is not { } user) return found.Failure!;
        var by = Author.OfPerson(session.User, session.Email, http.Connection.RemoteIpAddress, session.Id);
        var joined = await memberships.JoinAsync(user, claims, TokenHash.Of(invitation), teamName: null, by);
        return joined.Value is { } team
            ? Answer.Json(
                StatusCodes.Status201Created, new TeamView(team.Team, team.Name, WireNames.Of(team.Role)), PeopleJson.Default.TeamView)
            : joined.Failure!;
    }

    private async Task<Answer> ShowAsync(HttpContext http, Grant grant, IEngineReply reply)
    {
        var shown = Failure.Unless<TeamShown>(reply);
        if (shown.Value is not { } team) return shown.Failure!;
        var role = grant.Role is { } own ? WireNames.Of(own) : null;
        var bytes = await catalogue.TeamBytesAsync(grant.Team, http.RequestAborted);
        var view = new OwnTeamView(
            team.Id, team.Name, role, new PlanView(team.PlanServers, team.Servers), VaultView.Of(vault) with { Bytes = bytes });
        return Answer.Json(StatusCodes.Status200OK, view, PeopleJson.Default.OwnTeamView);
    }
}

/// <summary>The body of <c>PATCH /api/team</c>.</summary>
internal sealed record TeamBody(string? Name);

/// <summary>The body of <c>POST /api/teams</c>.</summary>
internal sealed record JoinBody(string? Invitation)
{
    /// <summary>Without the secret.</summary>
    public override string ToString() => nameof(JoinBody);
}

/// <summary>The team that a call is about; <paramref name="Role"/> is null for a key.</summary>
internal sealed record OwnTeamView(TeamId Id, string Name, string? Role, PlanView Plan, VaultView Vault);

/// <summary>Where the team's backups lie.</summary>
/// <param name="Kind"><c>directory</c> or <c>s3</c>.</param>
/// <param name="Region">The S3 server's; null for a directory.</param>
/// <param name="Origin">What agents have to name in <c>vault_origins</c>; null when nothing but the platform itself.</param>
/// <param name="Uploads"><c>direct</c> or <c>gateway</c>: which way objects go into it.</param>
/// <param name="Why">Why so, in a sentence.</param>
internal sealed record VaultView(string Kind, string? Region, string? Origin, string Uploads, string Why)
{
    /// <summary>What all the team's servers have there, as announced.</summary>
    public long Bytes { get; init; }

    /// <summary>The platform's vault for people.</summary>
    public static VaultView Of(VaultStanding vault) => new(
        vault.Options.Kind == VaultKind.S3 ? "s3" : "directory", vault.Options.S3?.Region, vault.Options.S3?.Origin,
        vault.Route.IsDirect ? "direct" : "gateway", vault.Route.Why);
}

/// <summary>How many servers the plan holds (null: unlimited), and how many there are.</summary>
internal sealed record PlanView(int? Servers, int Used);
