using HostAtlas.Engine;
using HostAtlas.Shared.Wire;

namespace HostAtlas.Gateway.Problems;

/// <summary>The one place where the engine's refusals become problems of HTTP.</summary>
public static class RefusalMapping
{
    /// <summary>The slug of a refusal's kind.</summary>
    public static string SlugOf(RefusalKind kind) => kind switch
    {
        RefusalKind.CredentialsRejected => ProblemSlug.CredentialsRejected,
        RefusalKind.RequestReplayed => ProblemSlug.RequestReplayed,
        RefusalKind.TimestampOutsideWindow => ProblemSlug.TimestampOutsideWindow,
        RefusalKind.PlanLimitReached => ProblemSlug.PlanLimitReached,
        RefusalKind.NotPermitted => ProblemSlug.NotPermitted,
        RefusalKind.NotFound => ProblemSlug.NotFound,
        RefusalKind.Conflict => ProblemSlug.Conflict,
        RefusalKind.InvitationSpent => ProblemSlug.InvitationSpent,
        RefusalKind.InvalidContent => ProblemSlug.InvalidContent,
        RefusalKind.RateLimited => ProblemSlug.RateLimited,
        RefusalKind.EngineBusy => ProblemSlug.EngineBusy,
        RefusalKind.Internal => ProblemSlug.Internal,
        RefusalKind.QuotaReached => ProblemSlug.QuotaReached,
        RefusalKind.ObjectMissing => ProblemSlug.ObjectMissing,
        RefusalKind.BackupsFrozen => ProblemSlug.BackupsFrozen,
        // With a member that says so: Failure.Of.
        RefusalKind.SecondFactorRequired => ProblemSlug.CredentialsRejected,
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "A refusal without a row in the mapping."),
    };
}
