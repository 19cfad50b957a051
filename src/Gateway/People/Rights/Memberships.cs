using HostAtlas.Engine;
using HostAtlas.Engine.Teams;
using HostAtlas.Engine.Users;
using HostAtlas.Gateway.Problems;
using HostAtlas.Shared.Ids;
using HostAtlas.Shared.Tokens;
using HostAtlas.Shared.Wire;

namespace HostAtlas.Gateway.People.Rights;

/// <summary>
/// Joining and leaving touch two entities with no transaction around them: the team, which decides on rights, and then the person, whose
/// list only says where to ask. A crash in between leaves a list that lacks a team, which sending the request again mends; or one that
/// names a team too many, which gives no right and is mended when the person's teams are next listed.
/// </summary>
internal sealed class Memberships(EngineClient engine, PlatformKeys keys)
{
    /// <summary>
    /// Lets a person accept an invitation; the same request again ends where the first one did. Not given up because the sender hung up:
    /// half a membership helps nobody.
    /// </summary>
    public async Task<Step<TeamJoined>> JoinAsync(
        UserKnown user, TokenClaims<InvitationId> invitation, TokenHash hash, string? teamName, Author by)
    {
        if (user.Teams.Count >= UserDecisions.MaxTeams && !user.Teams.Contains(invitation.Team))
        {
            return new Failure(
                ProblemSlug.Conflict, $"A person belongs to at most {UserDecisions.MaxTeams} teams. Leave one of them first.");
        }
        var accept = new AcceptInvitation(invitation.Team, invitation.Subject, hash, user.User, user.Email, teamName, by);
        var accepted = Failure.Unless<TeamJoined>(await engine.AskAsync(accept, CancellationToken.None));
        if (accepted.Value is not { } joined) return accepted;
        var note = new NoteMembership(keys.AddressOf(user.Email), joined.Team);
        var noted = Failure.Unless<Done>(await engine.AskAsync(note, CancellationToken.None));
        return noted.Failure is { } notNoted ? notNoted : joined;
    }

    /// <summary>
    /// Lets a person's list forget a team that no longer knows the person. The team is asked once more afterwards: should the person have
    /// joined again meanwhile, the list notes it again. A step that fails changes no right and is not reported.
    /// </summary>
    public async Task ForgetAsync(TeamId team, UserId user, string email)
    {
        var address = keys.AddressOf(email);
        if (await engine.AskAsync(new ForgetMembership(address, team), CancellationToken.None) is not Done) return;
        if (await engine.AskAsync(new AuthorizeUser(team, user), CancellationToken.None) is Authorized)
        {
            await engine.AskAsync(new NoteMembership(address, team), CancellationToken.None);
        }
    }
}
