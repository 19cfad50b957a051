using System.Collections.Frozen;
using HostAtlas.Shared.Wire;

namespace HostAtlas.Gateway.Problems;

/// <summary>The HTTP side of a problem's slug. <paramref name="RetryAfterSeconds"/>: what Retry-After says when nobody knows
/// better.</summary>
public sealed record ProblemKind(int Status, string Title, int? RetryAfterSeconds = null);

/// <summary>The one table from slug to status and title. Each slug of <see cref="ProblemSlug"/> has exactly one row.</summary>
public static class ProblemTable
{
    private static readonly FrozenDictionary<string, ProblemKind> Kinds = new Dictionary<string, ProblemKind>
    {
        [ProblemSlug.MalformedRequest] = new(400, "The request is malformed"),
        [ProblemSlug.CredentialsRejected] = new(401, "The credentials were rejected"),
        [ProblemSlug.TimestampOutsideWindow] = new(401, "The timestamp lies outside of the window"),
        [ProblemSlug.SignInRequired] = new(401, "Sign in first"),
        [ProblemSlug.PlanLimitReached] = new(403, "The plan's limit is reached"),
        [ProblemSlug.QuotaReached] = new(403, "The quota is reached"),
        [ProblemSlug.NotPermitted] = new(403, "Not permitted"),
        [ProblemSlug.CrossSiteRefused] = new(403, "The call does not come from this site"),
        [ProblemSlug.NotFound] = new(404, "Not found"),
        [ProblemSlug.MethodNotAllowed] = new(405, "The method is not allowed here"),
        [ProblemSlug.Conflict] = new(409, "It contradicts what is there"),
        [ProblemSlug.ObjectMissing] = new(409, "An object is missing"),
        [ProblemSlug.RequestReplayed] = new(409, "The request was taken before"),
        [ProblemSlug.InvitationSpent] = new(410, "The invitation is spent"),
        [ProblemSlug.TooLarge] = new(413, "The request is too large"),
        [ProblemSlug.UnsupportedEncoding] = new(415, "The content encoding is not supported"),
        [ProblemSlug.InvalidContent] = new(422, "The content cannot be taken"),
        [ProblemSlug.BackupsFrozen] = new(423, "Backups are frozen"),
        [ProblemSlug.RateLimited] = new(429, "Too many requests", RetryAfterSeconds: 1),
        [ProblemSlug.Internal] = new(500, "The platform failed"),
        [ProblemSlug.EngineBusy] = new(503, "The platform is busy", RetryAfterSeconds: 5),
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>Every slug that has a row.</summary>
    public static IReadOnlyCollection<string> Slugs => Kinds.Keys;

    /// <summary>The row of a slug; an unknown slug is a mistake of ours and throws.</summary>
    public static ProblemKind Of(string slug) =>
        Kinds.TryGetValue(slug, out var kind) ? kind : throw new ArgumentException($"No problem is called '{slug}'.", nameof(slug));
}
