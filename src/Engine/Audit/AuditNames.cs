using System.Globalization;
using HostAtlas.Engine.Backups;
using HostAtlas.Engine.Backups.Retention;
using HostAtlas.Engine.Cluster;
using HostAtlas.Engine.Servers;
using HostAtlas.Engine.Teams;
using HostAtlas.Shared.Wire;

namespace HostAtlas.Engine.Audit;

/// <summary>How the audit log spells what the engine has as numbers. Spellings are part of hashed bytes and never change.</summary>
public static class AuditNames
{
    /// <summary>Every kind of author, for whoever filters by one.</summary>
    public static IReadOnlyList<string> ActorKinds { get; } =
        [.. Enum.GetValues<AuthorKind>().Select(kind => OfActor(kind)), OfActor(null)];

    /// <summary>An author's kind; <c>unknown</c> in journals of before there were authors.</summary>
    public static string OfActor(AuthorKind? kind) => kind switch
    {
        AuthorKind.Person => "person",
        AuthorKind.Key => "key",
        AuthorKind.Server => "server",
        AuthorKind.Operator => "operator",
        AuthorKind.Platform => "platform",
        null => "unknown",
        _ => throw new ArgumentOutOfRangeException(nameof(kind)),
    };

    internal static string Of(TeamRole role) => role switch
    {
        TeamRole.Viewer => "viewer",
        TeamRole.Member => "member",
        TeamRole.Admin => "admin",
        TeamRole.Owner => "owner",
        _ => throw new ArgumentOutOfRangeException(nameof(role)),
    };

    internal static string[] Of(KeyScopes scopes) =>
    [
        .. new[] { (KeyScopes.Read, "read"), (KeyScopes.Write, "write"), (KeyScopes.ServersEnroll, "servers:enroll") }
            .Where(scope => scopes.HasFlag(scope.Item1)).Select(scope => scope.Item2),
    ];

    internal static string? Of(ChainStatus? chain) => chain switch
    {
        ChainStatus.Open => "open",
        ChainStatus.Suspect => "suspect",
        ChainStatus.Frozen => "frozen",
        null => null,
        _ => throw new ArgumentOutOfRangeException(nameof(chain)),
    };

    /// <summary>Why a chain is frozen; people's API spells it so as well.</summary>
    public static string Of(FreezeCause cause) => cause switch
    {
        FreezeCause.AgentsGate => "agents-gate",
        FreezeCause.Person => "person",
        FreezeCause.Canary => "canary",
        FreezeCause.HitShare => "hit-share",
        FreezeCause.SlowBurn => "slow-burn",
        FreezeCause.MassDeletion => "mass-deletion",
        FreezeCause.DumpTurned => "dump-turned",
        _ => throw new ArgumentOutOfRangeException(nameof(cause)),
    };

    /// <summary>Why a chain is suspect; people's API spells it so.</summary>
    public static string Of(SuspicionCause cause) => cause switch
    {
        SuspicionCause.RunVanished => "run-vanished",
        SuspicionCause.VolumeJumped => "volume-jumped",
        SuspicionCause.ChainHalved => "chain-halved",
        SuspicionCause.FilesHit => "files-hit",
        SuspicionCause.RansomNotes => "ransom-notes",
        SuspicionCause.NewEnding => "new-ending",
        SuspicionCause.ManyChanged => "many-changed",
        SuspicionCause.AgentsGate => "agents-gate",
        SuspicionCause.CommitsTooOften => "commits-too-often",
        _ => throw new ArgumentOutOfRangeException(nameof(cause)),
    };

    /// <summary>Why a snapshot stays or goes; people's API spells it so.</summary>
    public static string Of(FateReason reason) => reason switch
    {
        FateReason.Head => "newest",
        FateReason.Pinned => "pinned",
        FateReason.Floor => "floor",
        FateReason.Last => "last",
        FateReason.Daily => "daily",
        FateReason.Weekly => "weekly",
        FateReason.Monthly => "monthly",
        FateReason.Yearly => "yearly",
        FateReason.NotFirstOfSlot => "not-first-of-slot",
        FateReason.BeyondCounts => "beyond-counts",
        _ => throw new ArgumentOutOfRangeException(nameof(reason)),
    };

    /// <summary>What stops retention, as people's API and the operators' verbs spell it; null when nothing does.</summary>
    public static string? Of(RetentionStop stop) => stop switch
    {
        RetentionStop.None => null,
        RetentionStop.RunOpen => "run-open",
        RetentionStop.Held => "held",
        RetentionStop.Suspect => "suspect",
        RetentionStop.Frozen => "frozen",
        _ => throw new ArgumentOutOfRangeException(nameof(stop)),
    };

    internal static string Of(DeletionReason reason) => reason switch
    {
        DeletionReason.Unneeded => "no-snapshot-needs-them",
        DeletionReason.ServerDeleted => "server-deleted",
        _ => throw new ArgumentOutOfRangeException(nameof(reason)),
    };

    internal static string Of(ReopenCause cause) => cause switch
    {
        ReopenCause.CleanRuns => "clean-runs",
        ReopenCause.Person => "person",
        _ => throw new ArgumentOutOfRangeException(nameof(cause)),
    };

    /// <summary>What a channel is; people's API spells it so as well.</summary>
    public static string Of(ChannelKind kind) => kind switch
    {
        ChannelKind.Webhook => "webhook",
        ChannelKind.Email => "email",
        _ => throw new ArgumentOutOfRangeException(nameof(kind)),
    };

    /// <summary>How a command stands; people's API spells it so as well.</summary>
    public static string OfCommand(CommandStanding standing) => standing switch
    {
        CommandStanding.Open => "queued",
        CommandStanding.Done => CommandStatus.Done,
        CommandStanding.Failed => CommandStatus.Failed,
        CommandStanding.Refused => CommandStatus.Refused,
        CommandStanding.Expired => "expired",
        _ => throw new ArgumentOutOfRangeException(nameof(standing)),
    };

    internal static string Of(DateTimeOffset time) => time.UtcDateTime.ToString(AuditEntry.TimeForm, CultureInfo.InvariantCulture);
}
