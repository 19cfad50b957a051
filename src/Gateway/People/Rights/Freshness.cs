namespace HostAtlas.Gateway.People.Rights;

/// <summary>
/// Whether a sign-in is young enough for what cannot be undone. A session that somebody left open, or that was stolen, is hours or days
/// old; to delete a server with it takes the password again.
/// </summary>
internal static class Freshness
{
    /// <summary>A sign-in is fresh for less than this (protocol: under 10 minutes old).</summary>
    public static readonly TimeSpan For = TimeSpan.FromMinutes(10);

    /// <summary>
    /// Whether a sign-in at a time is fresh now. One in the future is not: it would stay fresh until then, and a clock that is ahead by
    /// days would make it so for days.
    /// </summary>
    public static bool Holds(DateTimeOffset? signedInAt, DateTimeOffset now) => signedInAt is { } at && now - at < For && now - at > -For;
}
