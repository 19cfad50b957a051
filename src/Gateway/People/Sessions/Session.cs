using HostAtlas.Engine;
using HostAtlas.Engine.Storage;
using HostAtlas.Engine.Teams;
using HostAtlas.Shared.Ids;

namespace HostAtlas.Gateway.People.Sessions;

/// <summary>Who is signed in: a session's payload, which lies sealed in the store.</summary>
/// <param name="Id">Names the session to its person; worthless as a credential.</param>
/// <param name="Email">As the person wrote it at set-up; finds the person's entity.</param>
/// <param name="Epoch">That of the credentials it was begun with; another one ends it.</param>
/// <param name="Roles">The person's role in each team, as the session last saw it.</param>
/// <param name="Origin">Where it was begun.</param>
/// <param name="UsedAt">
/// The last use that was written down: here and not beside the payload, where whoever writes into the database sets it.
/// </param>
/// <param name="AliasUntil">Set on the id that a renewal took away: good for requests under way until then, and renews nothing.</param>
internal sealed record Session(
    SessionId Id, UserId User, string Email, DateTimeOffset SignedInAt, int Epoch, IReadOnlyList<SeenRole> Roles, SessionOrigin Origin,
    DateTimeOffset UsedAt, DateTimeOffset? AliasUntil = null)
{
    /// <summary>When it ends if it is not used again: the earlier of idle, absolute and, for an alias, its own end.</summary>
    public DateTimeOffset EndsAt
    {
        get
        {
            var (idle, absolute) = (UsedAt + SessionService.Idle, SignedInAt + SessionService.Absolute);
            var ends = idle < absolute ? idle : absolute;
            return AliasUntil is { } until && until < ends ? until : ends;
        }
    }

    /// <summary>Whether the cookie that named it was replaced.</summary>
    public bool IsAlias => AliasUntil is not null;

    /// <summary>Without the address: a record's own text would print it into a log.</summary>
    public override string ToString() => $"Session({Id})";
}

/// <summary>A role that a session has seen.</summary>
internal sealed record SeenRole(TeamId Team, TeamRole Role);

/// <summary>Where a session was begun: what its person knows it by.</summary>
/// <param name="Address">The network address; null when it is not known.</param>
/// <param name="UserAgent">What the browser called itself, at most 200 characters; null when it said nothing.</param>
internal sealed record SessionOrigin(string? Address, string? UserAgent)
{
    private const int MostCharacters = 200;

    /// <summary>That of a request.</summary>
    public static SessionOrigin Of(HttpContext http)
    {
        var said = http.Request.Headers.UserAgent.ToString();
        var agent = string.Concat(said.Where(letter => !char.IsControl(letter)).Take(MostCharacters));
        return new SessionOrigin(Author.TextOf(http.Connection.RemoteIpAddress), agent is "" ? null : agent);
    }

    /// <summary>Without the address.</summary>
    public override string ToString() => nameof(SessionOrigin);
}

/// <summary>Whose session is to begin.</summary>
/// <param name="SignedInAt">
/// When its person signed in, for a session that takes another's place: to change a password is no sign-in, and does not open what needs a
/// fresh one. Null: now.
/// </param>
internal sealed record NewSession(
    UserId User, string Email, int Epoch, IReadOnlyList<SeenRole> Roles, SessionOrigin Origin, DateTimeOffset? SignedInAt = null)
{
    /// <summary>The id by which it was announced; null: a new one.</summary>
    public SessionId? Id { get; init; }

    /// <summary>Without the address.</summary>
    public override string ToString() => $"NewSession({User})";
}

/// <summary>A session as its person's list shows it.</summary>
internal sealed record ListedSession(Session Session, SessionRow Row)
{
    /// <summary>Without what the payload says.</summary>
    public override string ToString() => $"ListedSession({Session.Id})";
}
