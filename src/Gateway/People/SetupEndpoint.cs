using System.Security.Cryptography;
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
/// <c>POST /api/setup</c>: an invitation makes a person, and founds or joins a team. Four entities' steps with no transaction around them,
/// so each step may be repeated: whoever sends the same request again after a crash at any point ends where one that went through ends.
/// Once all of it is done the invitation is spent for that person too, and signing in is the way.
/// </summary>
internal sealed class SetupEndpoint(
    EngineClient engine, PlatformKeys keys, PasswordHasher hasher, PasswordCheck check, SignedInAnew anew, Access access,
        Memberships memberships, InvitationWaiter invitations)
{
    /// <summary>201 with the team, the person and a session.</summary>
    public async Task<Answer> PostAsync(HttpContext http)
    {
        var read = await JsonBody.ReadAsync(http, PeopleJson.Default.SetupBody);
        if (read.Value is not { } body) return read.Failure!;
        var fields = new Fields();
        if (body.Invitation is null) fields.Fault("/invitation", "An invitation (hai_…) is expected.");
        var email = fields.Email("/email", body.Email);
        var password = fields.NewPassword("/password", body.Password, email);
        var team = string.IsNullOrWhiteSpace(body.Team) ? null : fields.Name("/team", body.Team);
        if (fields.Failure is { } faults) return faults;
        var invitation = body.Invitation!.Trim();
        return TokenForm.TryRead<InvitationId>(TokenKind.Invitation, invitation, keys.TokenKeys, out var claims)
            ? await AcceptAsync(
                http, new Accepting(claims, TokenHash.Of(invitation), team, email, keys.AddressOf(email), password, body.Code))
            : access.Rejected(http);
    }

    private async Task<Answer> AcceptAsync(HttpContext http, Accepting wish)
    {
        var inspect = new InspectInvitation(wish.Claims.Team, wish.Claims.Subject, wish.Hash) { Email = wish.Email };
        var inspected = await engine.AskAsync(inspect, http.RequestAborted);
        var person = inspected switch
        {
            InvitationOpen => await PersonAsync(http, wish),
            Refused { Kind: RefusalKind.InvitationSpent } spent => await ReturningAsync(http, wish, Failure.Of(spent)),
            _ => Failure.Unless<InvitationOpen>(inspected).Failure!,
        };
        if (person.Value is not { Known: var user }) return person.Failure!;
        var session = SessionService.NewId();
        var signedIn = await check.AcceptAsync(wish.Address, user, wish.Code, session, http);
        if (signedIn.Value is not { Epoch: var epoch }) return signedIn.Failure!;

        // From here on nothing is given up because the sender hung up: a half-made set-up helps nobody.
        var by = Author.OfPerson(user.User, user.Email, http.Connection.RemoteIpAddress, session);
        var accepted = await memberships.JoinAsync(user, wish.Claims, wish.Hash, wish.TeamName, by);
        if (accepted.Value is not { } joined)
        {
            if (person.Value.IsNew && IsFinal(accepted.Failure!))
                await engine.AskAsync(new TakeRegistrationBack(wish.Address, user.User, by), CancellationToken.None);
            return accepted.Failure!;
        }
        var teams = user.Teams.Contains(joined.Team) ? user.Teams : [.. user.Teams, joined.Team];
        var own = await access.TeamsOfAsync(user.User, user.Email, teams, CancellationToken.None);
        if (own.Value is not { Roles: var roles }) return own.Failure!;
        await invitations.WaitUntilGoneAsync(wish.Hash);
        await anew.BeginAsync(http, new NewSession(user.User, user.Email, epoch, roles, SessionOrigin.Of(http)) { Id = session });
        return Answer.Json(StatusCodes.Status201Created, new SetupDone(joined.Team, user.User), PeopleJson.Default.SetupDone);
    }

    /// <summary>The person of this address, made now when there is none; an address that is known already needs its own password.</summary>
    private async Task<Step<Person>> PersonAsync(HttpContext http, Accepting wish)
    {
        var found = await engine.AskAsync(new FindUser(wish.Address), http.RequestAborted);
        if (found is UserKnown) return await VerifyAsync(http, wish);
        if (found is not Refused { Kind: RefusalKind.NotFound }) return Failure.Unless<UserKnown>(found).Failure!;
        if (await hasher.HashAsync(wish.Password, http.RequestAborted) is not { } hash) return PasswordCheck.Busy;
        var id = ResourceId.FromRandom<UserId>(RandomNumberGenerator.GetBytes(ResourceId.SizeBytes));
        var by = Author.OfPerson(id, wish.Email, http.Connection.RemoteIpAddress, session: null);
        var registered = await engine.AskAsync(new RegisterUser(wish.Address, id, wish.Email, hash, by), CancellationToken.None);
        // Somebody else (or this request's twin) was faster: the address is known now.
        if (registered is Refused { Kind: RefusalKind.Conflict }) return await VerifyAsync(http, wish);
        var made = Failure.Unless<UserKnown>(registered);
        return made.Value is { } person ? new Person(person, IsNew: true) : made.Failure!;
    }

    /// <summary>
    /// The invitation did not take the person, and never will: whom this request made of it is taken back, else an invitation raced with
    /// many addresses would keep them all. A crash before that leaves a person without a team: no right, and the address's next set-up
    /// with the same password goes on with it. Not final is what may have taken place without an answer.
    /// </summary>
    private static bool IsFinal(Answer refused) => refused is Failure
    {
        Slug: ProblemSlug.InvitationSpent or ProblemSlug.Conflict or ProblemSlug.NotPermitted or ProblemSlug.CredentialsRejected,
    };

    /// <summary>
    /// A spent invitation opens only for whom it was spent on, and only while the set-up it began was not finished. Everybody else hears
    /// that it is spent, whether or not
    /// the address is known or the password right: it must not serve to guess either.
    /// </summary>
    private async Task<Step<Person>> ReturningAsync(HttpContext http, Accepting wish, Failure spent)
    {
        var person = await VerifyAsync(http, wish);
        if (person.Failure == Failure.CredentialsRejected) return spent;
        // Whose membership is noted has had the whole of it: signing in is the way now. The invitation is single-use for him as well.
        return person.Value is { Known: var user } && user.Teams.Contains(wish.Claims.Team) ? spent : person;
    }

    private async Task<Step<Person>> VerifyAsync(HttpContext http, Accepting wish)
    {
        var verified = await check.VerifyAsync(wish.Address, wish.Password, http);
        return verified.Value is { } person ? new Person(person, IsNew: false) : verified.Failure!;
    }

    /// <param name="IsNew">Made by this very request.</param>
    private sealed record Person(UserKnown Known, bool IsNew);

    private sealed record Accepting(
        TokenClaims<InvitationId> Claims, TokenHash Hash, string? TeamName, string Email, UserAddress Address, byte[] Password,
        string? Code);
}
