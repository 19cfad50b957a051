using HostAtlas.Shared.Ids;

namespace HostAtlas.Gateway.People.Sessions;

/// <summary>Who is signed in: a session's payload, which lies sealed in the store.</summary>
/// <param name="Id">Names the session to its person; worthless as a credential.</param>
/// <param name="Email">As the person wrote it at set-up; finds the person's entity.</param>
internal sealed record Session(SessionId Id, UserId User, string Email, DateTimeOffset SignedInAt)
{
    /// <summary>Without the address: a record's own text would print it into a log.</summary>
    public override string ToString() => $"Session({Id})";
}
