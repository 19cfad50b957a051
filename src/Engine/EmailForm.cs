namespace HostAtlas.Engine;

/// <summary>
/// When two spellings are one e-mail address: without blanks around them, and whatever their case. Strictly a local part tells cases apart
/// (RFC 5321, 2.4); no provider of today does, and people do not either.
/// </summary>
public static class EmailForm
{
    /// <summary>The one spelling that is compared.</summary>
    public static string Normal(string email) => email.Trim().ToLowerInvariant();

    /// <summary>Whether both are the same address.</summary>
    public static bool Same(string left, string right) => string.Equals(Normal(left), Normal(right), StringComparison.Ordinal);
}
