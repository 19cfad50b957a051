using HostAtlas.Engine;
using HostAtlas.Engine.Operations;
using HostAtlas.Engine.Teams;
using HostAtlas.Engine.Users;
using HostAtlas.Gateway.People.Passwords;
using HostAtlas.Gateway.People.Rights;
using HostAtlas.Gateway.People.Sessions;
using HostAtlas.Shared.Ids;
using HostAtlas.Shared.Tokens;
using HostAtlas.Shared.Wire;

namespace HostAtlas.Gateway.People;

/// <summary>
/// The two ways to another password: <c>/api/password</c> for who knows the one before, and a link for who does not. Both end all sessions
/// of the person, on every node, with their next call.
/// </summary>
internal sealed class PasswordEndpoints(
    EngineClient engine, PlatformKeys keys, PasswordCheck check, PasswordHasher hasher, ResetIssuer resets, SignedInAnew anew,
    Access access)
{
    /// <summary>Changes one's own password: 204 with a session of a new id; all others have ended.</summary>
    public async Task<Answer> PostAsync(HttpContext http)
    {
        var signedIn = await access.PersonAsync(http);
        if (signedIn.Value is not { Session: var session } person) return signedIn.Failure!;
        var read = await JsonBody.ReadAsync(http, PeopleJson.Default.PasswordBody);
        if (read.Value is not { } body) return read.Failure!;
        var fields = new Fields();
        var current = fields.Password("/current", body.Current);
        var wanted = fields.NewPassword("/new", body.New, session.Email);
        if (fields.Failure is { } faults) return faults;
        var verified = await check.VerifyAsync(person.Address, current, http, isTrusted: true);
        if (verified.Value is not { } known) return verified.Failure!;
        if (await hasher.HashAsync(wanted, http.RequestAborted) is not { } hash) return PasswordCheck.Busy;
        var change = new ChangePassword(person.Address, known.PasswordHash, hash, person.By(http));
        var changed = Failure.Unless<CredentialsChanged>(await engine.AskAsync(change, CancellationToken.None));
        if (changed.Value is not { } now) return changed.Failure!;
        await anew.BeginAsync(http, person.With(now.Epoch, SessionOrigin.Of(http)));
        return Answer.NoContent;
    }

    /// <summary>Sets a password by a link's token: 204, and signs nobody in. Asks for a code where there is a second factor.</summary>
    public async Task<Answer> ResetAsync(HttpContext http)
    {
        var read = await JsonBody.ReadAsync(http, PeopleJson.Default.ResetBody);
        if (read.Value is not { } body) return read.Failure!;
        if (string.IsNullOrWhiteSpace(body.Token))
            return Failure.Invalid(new ContentError("/token", "A link's token (har_…) is expected."));
        var token = body.Token.Trim();
        // A made-up token costs one HMAC and wakes nobody; only the platform's own come further, so nothing here tells who has an account.
        if (!ResetForm.TryRead(token, keys.TokenKeys, out var bytes, out var reset)) return DeadLink(access.Rejected(http));
        var (address, tokenHash) = (new UserAddress(Convert.ToHexStringLower(bytes)), TokenHash.Of(token));
        var open = Failure.Unless<ResetOpen>(
            await engine.AskAsync(new InspectReset(address, reset, tokenHash), http.RequestAborted));
        if (open.Value is not { } person) return DeadLink(open.Failure!);
        var fields = new Fields();
        var password = fields.NewPassword("/password", body.Password, person.Email);
        if (fields.Failure is { } faults) return faults;
        if (person.HasSecondFactor && string.IsNullOrWhiteSpace(body.Code)) return Failure.CodeNeeded;
        if (await hasher.HashAsync(password, http.RequestAborted) is not { } hash) return PasswordCheck.Busy;
        var by = Author.OfPerson(person.User, person.Email, http.Connection.RemoteIpAddress, session: null);
        var set = new ResetPassword(address, reset, tokenHash, hash, body.Code, by);
        return Failure.Unless<CredentialsChanged>(await engine.AskAsync(set, CancellationToken.None)).Failure ?? Answer.NoContent;
    }

    /// <summary>
    /// Makes a link for a member who belongs to this team alone: 201 with the link, which is shown this once. For owners whose sign-in is
    /// fresh.
    /// </summary>
    public async Task<Answer> PostMemberResetAsync(HttpContext http)
    {
        var admitted = await access.AdmitAsync(http, Operation.ResetMember);
        if (admitted.Value is not { } grant) return admitted.Failure!;
        if (!ResourceId.TryParse<UserId>(http.Request.RouteValues["id"] as string, out var id)) return Failure.NotFound;
        var members = Failure.Unless<TeamMembers>(await engine.AskAsync(new ListMembers(grant.Team), http.RequestAborted));
        if (members.Value is null) return members.Failure!;
        if (members.Value.Items.FirstOrDefault(one => one.Id == id) is not { } member) return Failure.NotFound;
        if (grant.By.Id == id.Value)
            return new Failure(ProblemSlug.NotPermitted, "Change your own password with POST /api/password; it asks for the one of now.");
        var (issued, refused) = await resets.IssueAsync(member.Email, grant.Team, grant.By, CancellationToken.None);
        if (issued is null) return Failure.Of(refused!);
        var view = new ResetView(issued.LinkAt($"{http.Request.Scheme}://{http.Request.Host.Value}"), issued.ExpiresAt.ToUniversalTime());
        return Answer.Json(StatusCodes.Status201Created, view, PeopleJson.Default.ResetView);
    }

    // One text for every link that is worth nothing, whatever the reason: it tells nothing, and whoever holds it knows what to do.
    private static Answer DeadLink(Answer failure) => failure is Failure { Slug: ProblemSlug.CredentialsRejected } rejected
        ? rejected with
        {
            Detail = "This link is worth nothing (any more): it was used, replaced by a newer one, or is over an hour old; or its person "
                + "has joined another team since an owner made it. Ask an owner of your team, or whoever runs the platform, for another.",
        }
        : failure;
}

/// <summary>The body of <c>POST /api/password</c>.</summary>
internal sealed record PasswordBody(string? Current, string? New)
{
    /// <summary>Without the secrets.</summary>
    public override string ToString() => nameof(PasswordBody);
}

/// <summary>The body of <c>POST /api/reset</c>.</summary>
internal sealed record ResetBody(string? Token, string? Password, string? Code)
{
    /// <summary>Without the secrets.</summary>
    public override string ToString() => nameof(ResetBody);
}

/// <summary>201 of <c>POST /api/members/{id}/reset</c>: the only time the link is shown.</summary>
internal sealed record ResetView(string Link, DateTimeOffset ExpiresAt)
{
    /// <summary>Without the secret.</summary>
    public override string ToString() => nameof(ResetView);
}
