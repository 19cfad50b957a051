using HostAtlas.Engine;
using HostAtlas.Engine.Operations;
using HostAtlas.Engine.Teams;
using HostAtlas.Gateway.People.Rights;
using HostAtlas.Shared.Ids;

namespace HostAtlas.Gateway.People;

/// <summary><c>/api/invitations</c>, and <c>POST /api/members</c>, which is an invitation bound to an address: for people only.</summary>
internal sealed class InvitationEndpoints(EngineClient engine, InvitationIssuer issuer, Access access)
{
    /// <summary>Invites whoever holds the text, or one address: 201 with the text, which is shown this once.</summary>
    public Task<Answer> PostAsync(HttpContext http) => InviteAsync(http, addressNeeded: false);

    /// <summary>Invites an address: 201 as above. The person becomes a member by accepting it, and nobody else can.</summary>
    public Task<Answer> PostMemberAsync(HttpContext http) => InviteAsync(http, addressNeeded: true);

    /// <summary>The invitations that can be accepted now, newest first.</summary>
    public async Task<Answer> ListAsync(HttpContext http)
    {
        var admitted = await access.AdmitAsync(http, Operation.ReadInvitations);
        if (admitted.Value is not { } grant) return admitted.Failure!;
        var reply = Failure.Unless<TeamInvitations>(await engine.AskAsync(new ListInvitations(grant.Team), http.RequestAborted));
        if (reply.Value is not { } open) return reply.Failure!;
        var views = open.Items.Select(InvitationView.Of).ToList();
        return ListQuery.AnswerOf(http, views, invitation => invitation.Id.ToString(), PeopleJson.Default.InvitationPage);
    }

    /// <summary>Withdraws an open invitation at once: 204.</summary>
    public async Task<Answer> DeleteAsync(HttpContext http)
    {
        var admitted = await access.AdmitAsync(http, Operation.WithdrawInvitation);
        if (admitted.Value is not { } grant) return admitted.Failure!;
        if (!ResourceId.TryParse<InvitationId>(http.Request.RouteValues["id"] as string, out var id)) return Failure.NotFound;
        var withdraw = new WithdrawInvitation(grant.Team, id, grant.By);
        var withdrawn = Failure.Unless<Done>(await engine.AskAsync(withdraw, CancellationToken.None));
        return withdrawn.Failure ?? Answer.NoContent;
    }

    private async Task<Answer> InviteAsync(HttpContext http, bool addressNeeded)
    {
        var admitted = await access.AdmitAsync(http, Operation.Invite);
        if (admitted.Value is not { } grant) return admitted.Failure!;
        var read = await JsonBody.ReadAsync(http, PeopleJson.Default.InvitationBody);
        if (read.Value is not { } body) return read.Failure!;
        var fields = new Fields();
        var email = addressNeeded || body.Email is not null ? fields.Email("/email", body.Email) : null;
        var role = fields.Role("/role", body.Role);
        if (fields.Failure is { } faults) return faults;

        var (issued, refused) = await issuer.IssueAsync(grant.Team, role, email, grant.By, CancellationToken.None);
        if (issued is null) return Failure.Of(refused!);
        var created = new InvitationCreated(issued.Id, WireNames.Of(role), issued.Token, issued.ExpiresAt.ToUniversalTime(), email);
        return Answer.Json(
            StatusCodes.Status201Created, created, PeopleJson.Default.InvitationCreated, $"/api/invitations/{issued.Id}");
    }
}

/// <summary>The body of <c>POST /api/invitations</c> and of <c>POST /api/members</c>.</summary>
internal sealed record InvitationBody(string? Role, string? Email)
{
    /// <summary>Without the address.</summary>
    public override string ToString() => nameof(InvitationBody);
}

/// <summary>201 of both: the only time the invitation is shown. <paramref name="Email"/> null: whoever holds it may accept it.</summary>
internal sealed record InvitationCreated(InvitationId Id, string Role, string Invitation, DateTimeOffset ExpiresAt, string? Email)
{
    /// <summary>Without the secret.</summary>
    public override string ToString() => nameof(InvitationCreated);
}

/// <summary>
/// An open invitation's metadata. <paramref name="CreatedBy"/>: the maker's address; null when the platform's operator made it.
/// </summary>
internal sealed record InvitationView(
    InvitationId Id, string Role, string? Email, DateTimeOffset CreatedAt, DateTimeOffset ExpiresAt, string? CreatedBy)
{
    /// <summary>The team's own record for people.</summary>
    public static InvitationView Of(TeamInvitation one) => new(
        one.Id, WireNames.Of(one.Role), one.Email, one.CreatedAt.ToUniversalTime(), one.ExpiresAt.ToUniversalTime(),
        one.By is { Kind: AuthorKind.Person } person ? person.Name : null);
}
