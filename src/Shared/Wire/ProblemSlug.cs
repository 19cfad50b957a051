namespace HostAtlas.Shared.Wire;

/// <summary>The closed set of slugs that stand behind <c>urn:hostatlas:problem:</c> in an error's <c>type</c>.</summary>
public static class ProblemSlug
{
    /// <summary>What stands before the slug in <c>type</c>.</summary>
    public const string TypePrefix = "urn:hostatlas:problem:";

#pragma warning disable CS1591 // The names say it; docs/protocol.md has the table.
    public const string TooLarge = "too-large";
    public const string MalformedRequest = "malformed-request";
    public const string CredentialsRejected = "credentials-rejected";
    public const string TimestampOutsideWindow = "timestamp-outside-window";
    public const string UnsupportedEncoding = "unsupported-encoding";
    public const string InvalidContent = "invalid-content";
    public const string RequestReplayed = "request-replayed";
    public const string PlanLimitReached = "plan-limit-reached";
    public const string QuotaReached = "quota-reached";
    public const string NotPermitted = "not-permitted";
    public const string NotFound = "not-found";
    public const string Conflict = "conflict";
    public const string ObjectMissing = "object-missing";
    public const string InvitationSpent = "invitation-spent";
    public const string BackupsFrozen = "backups-frozen";
    public const string RateLimited = "rate-limited";
    public const string EngineBusy = "engine-busy";
    public const string SignInRequired = "sign-in-required";
    public const string CrossSiteRefused = "cross-site-refused";
    public const string MethodNotAllowed = "method-not-allowed";
    public const string Internal = "internal";
#pragma warning restore CS1591
}
