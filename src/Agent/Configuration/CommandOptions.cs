using HostAtlas.Shared.Wire;

namespace HostAtlas.Agent.Configuration;

/// <summary>The table <c>[commands]</c> of agent.toml: what a platform may ask this host to do. The platform cannot change it.</summary>
public sealed record CommandOptions
{
    /// <summary>All that there is.</summary>
    public static readonly IReadOnlyList<string> Known =
        [CommandKind.AgentPing, CommandKind.BackupRun, CommandKind.BackupVerify, CommandKind.InventoryRefresh];

    /// <summary>Whether the platform is asked for commands at all.</summary>
    public bool Enabled { get; init; } = true;

    /// <summary>Kinds that are run; others are refused.</summary>
    public IReadOnlyList<string> Kinds { get; init; } = Known;

    /// <summary>Whether a kind is run.</summary>
    public bool Allows(string kind) => Enabled && Kinds.Contains(kind);
}
