using HostAtlas.Agent.Redaction;

namespace HostAtlas.Agent.Configuration;

/// <summary>What agent.toml says, checked. <see cref="AgentToml"/> reads it; the defaults stand there and in docs/agent.md.</summary>
public sealed record AgentOptions
{
    /// <summary>The platform: https, host and port, no path, because the signature names the exact path.</summary>
    public required Uri Url { get; init; }

    /// <summary>A PEM file with the only certificates trusted to sign the platform's; null: the system's.</summary>
    public string? CaFile { get; init; }

    /// <summary>From one report to the next.</summary>
    public TimeSpan Interval { get; init; } = IntervalDefault;

    /// <summary>Most bytes of STATE/spool; beyond it the oldest reports go.</summary>
    public long SpoolMaxBytes { get; init; } = SpoolDefaultBytes;

    /// <summary>An HTTP proxy that carries the TLS connection (CONNECT); null: direct, or what the environment says.</summary>
    public Uri? HttpsProxy { get; init; }

    /// <summary>Where backup objects may be sent besides the platform itself.</summary>
    public IReadOnlyList<Uri> VaultOrigins { get; init; } = [];

    /// <summary>What is backed up; null: nothing.</summary>
    public BackupOptions? Backup { get; init; }

    /// <summary>Hours in which neither backups nor the inventory run; reports go on. Null: none.</summary>
    public HourSpan? QuietHours { get; init; }

    /// <summary>What the platform may ask for.</summary>
    public CommandOptions Commands { get; init; } = new();

    /// <summary>What is filtered besides what always is.</summary>
    public OwnerRules Redaction { get; init; } = OwnerRules.None;

    /// <summary>What is told of this host besides its figures.</summary>
    public InventoryOptions Inventory { get; init; } = new();

    /// <summary>Which logs are sent; null: none.</summary>
    internal LogOptions? Logs { get; init; }

    /// <summary>What the gate is told.</summary>
    public GateOptions Gate { get; init; } = new();

    /// <summary>Default, shortest and longest interval.</summary>
    public static readonly TimeSpan IntervalDefault = TimeSpan.FromSeconds(10),
        IntervalMin = TimeSpan.FromSeconds(1), IntervalMax = TimeSpan.FromHours(1);

    /// <summary>Default, smallest and largest spool: 64 MiB hold about five days of a host with 40 metrics.</summary>
    public const long SpoolDefaultBytes = 64L << 20, SpoolMinBytes = 1L << 20, SpoolMaxBytesLimit = 64L << 30;
}
