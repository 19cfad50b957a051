using HostAtlas.Shared.Wire;

namespace HostAtlas.Engine;

/// <summary>Why the engine refuses: a closed set. One file of the gateway maps it to HTTP.</summary>
public enum RefusalKind
{
    /// <summary>The credential is not, or no longer, valid here.</summary>
    CredentialsRejected,

    /// <summary>This very request was taken before.</summary>
    RequestReplayed,

    /// <summary>The timestamp lies outside of the window by the entity's own clock.</summary>
    TimestampOutsideWindow,

    /// <summary>The team's plan holds no more servers.</summary>
    PlanLimitReached,

    /// <summary>The role or the key's scopes do not allow it.</summary>
    NotPermitted,

    /// <summary>There is no such thing in this team.</summary>
    NotFound,

    /// <summary>It contradicts what is there.</summary>
    Conflict,

    /// <summary>The invitation was used, withdrawn or is too old.</summary>
    InvitationSpent,

    /// <summary>What the request carries is well-formed and still not acceptable; see the errors.</summary>
    InvalidContent,

    /// <summary>Too many of these; wait.</summary>
    RateLimited,

    /// <summary>The engine cannot take it now; nothing was kept; wait and send it again.</summary>
    EngineBusy,

    /// <summary>This one request cannot be stored; the operators' log says why.</summary>
    Internal,

    /// <summary>The server or its team has sent as much as it may.</summary>
    QuotaReached,

    /// <summary>A snapshot is to be committed of which something is not in the vault.</summary>
    ObjectMissing,

    /// <summary>The server's backups are frozen; a person must look at it first.</summary>
    BackupsFrozen,

    /// <summary>The password was right; a code of the second factor is needed beside it, or the one given is not right.</summary>
    SecondFactorRequired,
}

/// <summary>Every answer of an entity is one of these.</summary>
public interface IEngineReply;

/// <summary>
/// A refusal is a value, not an exception. <paramref name="Detail"/> is for people and names the next step; it holds no secret.
/// </summary>
public sealed record Refused(RefusalKind Kind, string Detail, int? RetryAfterSeconds = null, IReadOnlyList<ContentError>? Errors = null)
    : IEngineReply;

/// <summary>Done, and nothing more to say.</summary>
public sealed record Done : IEngineReply
{
    /// <summary>The one instance.</summary>
    public static readonly Done Instance = new();
}
