namespace HostAtlas.Gateway.People.Sessions;

/// <summary>
/// Begins a session in the place of the one a browser had: at sign-in, at set-up, and when a person changes the own credentials. The id is
/// always a new one, so an id that somebody planted in the browser is never the one that gains rights.
/// </summary>
internal sealed class SignedInAnew(SessionService sessions)
{
    /// <summary>Ends what the request's cookie names, begins the new session and gives its cookie.</summary>
    public async Task BeginAsync(HttpContext http, NewSession session)
    {
        if (SessionCookie.Read(http.Request) is { } earlier) await sessions.EndAsync(earlier, CancellationToken.None);
        SessionCookie.Give(http.Response, await sessions.BeginAsync(session, CancellationToken.None));
    }
}
