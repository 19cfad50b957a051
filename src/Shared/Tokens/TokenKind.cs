namespace HostAtlas.Shared.Tokens;

/// <summary>The credentials that this platform issues, told apart by their first four characters.</summary>
public enum TokenKind
{
    /// <summary><c>hat_</c>: bound to one server of one team; signs that server's requests.</summary>
    Agent,

    /// <summary><c>hak_</c>: bound to one team; carries scopes.</summary>
    ApiKey,

    /// <summary><c>hai_</c>: founds or joins a team, once, within 24 hours.</summary>
    Invitation,

    /// <summary><c>har_</c>: sets a person's password anew, once, within an hour.</summary>
    PasswordReset,
}
