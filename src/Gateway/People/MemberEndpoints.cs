using HostAtlas.Engine;
using HostAtlas.Engine.Teams;
using HostAtlas.Gateway.People.Rights;
using HostAtlas.Shared.Ids;

namespace HostAtlas.Gateway.People;

/// <summary><c>/api/members</c>: for people only. A member's id is the person's.</summary>
internal sealed class MemberEndpoints(EngineClient engine, Memberships memberships, Access access)
{
    /// <summary>The members, the longest first.</summary>
    public async Task<Answer> ListAsync(HttpContext http)
    {
        var admitted = await access.AdmitAsync(http, Operation.ReadMembers);
        if (admitted.Value is not { } grant) return admitted.Failure!;
        var reply = Failure.Unless<TeamMembers>(await engine.AskAsync(new ListMembers(grant.Team), http.RequestAborted));
        if (reply.Value is not { } members) return reply.Failure!;
        var views = members.Items.Select(MemberView.Of).ToList();
        return ListQuery.AnswerOf(http, views, member => member.Id.ToString(), PeopleJson.Default.MemberPage);
    }

    /// <summary>Gives a member another role: 200 with the member. It counts from their next call on.</summary>
    public async Task<Answer> PatchAsync(HttpContext http)
    {
        var admitted = await access.AdmitAsync(http, Operation.ChangeRole);
        if (admitted.Value is not { } grant) return admitted.Failure!;
        if (!ResourceId.TryParse<UserId>(http.Request.RouteValues["id"] as string, out var id)) return Failure.NotFound;
        var read = await JsonBody.ReadAsync(http, PeopleJson.Default.MemberBody);
        if (read.Value is not { } body) return read.Failure!;
        var fields = new Fields();
        var role = fields.Role("/role", body.Role);
        if (fields.Failure is { } faults) return faults;
        var change = new ChangeRole(grant.Team, id, role, grant.By);
        var changed = Failure.Unless<MemberShown>(await engine.AskAsync(change, CancellationToken.None));
        return changed.Value is { } shown
            ? Answer.Json(StatusCodes.Status200OK, MemberView.Of(shown.Member), PeopleJson.Default.MemberView)
            : changed.Failure!;
    }

    /// <summary>
    /// Ends a membership, one's own or another's, from the next call on: 204. What the person made, keys among it, stays.
    /// </summary>
    public async Task<Answer> DeleteAsync(HttpContext http)
    {
        var admitted = await access.AdmitAsync(http, Operation.EndMembership);
        if (admitted.Value is not { } grant) return admitted.Failure!;
        if (!ResourceId.TryParse<UserId>(http.Request.RouteValues["id"] as string, out var id)) return Failure.NotFound;
        var remove = new RemoveMember(grant.Team, id, grant.By);
        var removed = Failure.Unless<MemberShown>(await engine.AskAsync(remove, CancellationToken.None));
        if (removed.Value is not { } gone) return removed.Failure!;
        await memberships.ForgetAsync(grant.Team, id, gone.Member.Email);
        return Answer.NoContent;
    }
}

/// <summary>The body of <c>PATCH /api/members/{id}</c>.</summary>
internal sealed record MemberBody(string? Role);

/// <summary>A member.</summary>
internal sealed record MemberView(UserId Id, string Email, string Role, DateTimeOffset JoinedAt)
{
    /// <summary>The team's own record for people.</summary>
    public static MemberView Of(TeamMember member) =>
        new(member.Id, member.Email, WireNames.Of(member.Role), member.JoinedAt.ToUniversalTime());

    /// <summary>Without the address.</summary>
    public override string ToString() => $"MemberView({Id})";
}
