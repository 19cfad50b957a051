using HostAtlas.Engine;
using HostAtlas.Engine.Backups.Retention;
using HostAtlas.Engine.Teams;
using HostAtlas.Gateway.People.Rights;

namespace HostAtlas.Gateway.People;

/// <summary><c>GET|PUT /api/team/retention</c>: what stays of the backups of servers that chose nothing themselves.</summary>
internal sealed class TeamRetentionEndpoints(EngineClient engine, Access access)
{
    /// <summary>200: the team's default, or the platform's own.</summary>
    public async Task<Answer> GetAsync(HttpContext http)
    {
        var admitted = await access.AdmitAsync(http, Operation.ReadBackups);
        return admitted.Value is { } grant ? await ShowAsync(http, grant) : admitted.Failure!;
    }

    /// <summary>200 with the default. Each server takes it over with its next sweep; a lower floor takes an owner to choose.</summary>
    public async Task<Answer> PutAsync(HttpContext http)
    {
        var admitted = await access.AdmitAsync(http, Operation.ChangeRetention);
        if (admitted.Value is not { } grant) return admitted.Failure!;
        var chosen = await RetentionBody.ReadAsync(http);
        if (chosen.Value is not { } wanted) return chosen.Failure!;
        var asked = await FindAsync(http, grant);
        if (asked.Value is not { } now) return asked.Failure!;
        if (grant.Role != TeamRole.Owner && wanted.FloorDays < now.FloorDays) return RetentionEndpoints.OwnersOnly;
        // Not given up because the sender hung up: what was asked for is to stand when the person looks again.
        var done = Failure.Unless<Done>(
            await engine.AskAsync(new ChooseTeamRetention(grant.Team, wanted, grant.By), CancellationToken.None));
        return done.Failure is { } refused ? refused : await ShowAsync(http, grant);
    }

    private async Task<Answer> ShowAsync(HttpContext http, Grant grant)
    {
        var asked = await FindAsync(http, grant);
        if (asked.Value is not { } now) return asked.Failure!;
        var (counts, days) = (now.Policy, now.FloorDays);
        return Answer.Json(
            StatusCodes.Status200OK,
            new TeamRetentionView(counts.Last, counts.Daily, counts.Weekly, counts.Monthly, counts.Yearly, days),
            PeopleJson.Default.TeamRetentionView);
    }

    private async Task<Step<RetentionDefault>> FindAsync(HttpContext http, Grant grant)
    {
        var asked = Failure.Unless<TeamRetentionShown>(await engine.AskAsync(new ShowTeamRetention(grant.Team), http.RequestAborted));
        return asked.Value is { } shown ? shown.Default ?? RetentionDefault.OfThePlatform : asked.Failure!;
    }
}

/// <summary>What servers inherit that chose nothing.</summary>
internal sealed record TeamRetentionView(int Last, int Daily, int Weekly, int Monthly, int Yearly, int FloorDays);
