using HostAtlas.Engine.Backups;
using HostAtlas.Engine.Backups.Retention;
using HostAtlas.Engine.Storage;
using HostAtlas.Engine.Storage.Sealing.Rotation;
using HostAtlas.Engine.Vault;

namespace HostAtlas.Engine.Operations;

/// <summary>One row of the operators' table.</summary>
/// <param name="Name">One or two words, e.g. <c>teams plan</c>.</param>
/// <param name="Summary">What it does, in one sentence.</param>
/// <param name="Parameters">What it takes; all but flags are required.</param>
/// <param name="Run">Carries it out inside the platform.</param>
public sealed record OpsVerb(
    string Name,
    string Summary,
    IReadOnlyList<OpsParameter> Parameters,
    Func<OpsPlatform, OpsRequest, CancellationToken, Task<OpsAnswer>> Run)
{
    /// <summary>E.g. <c>teams plan TEAM-ID --servers N|unlimited</c>.</summary>
    public string Usage => string.Join(' ', [Name, .. Parameters.Select(parameter => parameter.Usage)]);
}

/// <summary>An argument by place, or an option.</summary>
/// <param name="Name">Its key in <see cref="OpsRequest.Args"/>; an option is written <c>--name</c>.</param>
/// <param name="Placeholder">What stands for its value in texts, e.g. <c>TEAM-ID</c>.</param>
/// <param name="IsOption">False: an argument by place.</param>
/// <param name="Summary">What it means.</param>
public sealed record OpsParameter(string Name, string Placeholder, bool IsOption, string Summary)
{
    /// <summary>As it stands in a usage line.</summary>
    public string Usage => IsFlag ? $"[--{Name}]" : IsOption ? $"--{Name} {Placeholder}" : Placeholder;

    /// <summary>
    /// An option without a value, which may be left out; in <see cref="OpsRequest.Args"/> it is <c>true</c> or not there.
    /// </summary>
    public bool IsFlag { get; private init; }

    /// <summary>A flag.</summary>
    public static OpsParameter Flag(string name, string summary) => new(name, "", IsOption: true, summary) { IsFlag = true };
}

/// <summary>What a verb may use of the platform that it runs in.</summary>
public sealed record OpsPlatform(
    EngineClient Engine, EngineOptions Options, InvitationIssuer Invitations, ResetIssuer Resets, ClusterView Cluster,
    KeyRotation Rotation, TeamKeys Keys, AuditExportReader Audit, TeamLogs Logs, VaultStanding Vault, ISweepList Sweeps,
    RetentionSweeper Sweeper, BackupCatalogue Catalogue);
