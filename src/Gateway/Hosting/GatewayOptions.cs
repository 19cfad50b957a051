using System.Net;
using HostAtlas.Engine;
using HostAtlas.Engine.Notifications;
using HostAtlas.Engine.Storage;
using HostAtlas.Engine.Vault;

namespace HostAtlas.Gateway.Hosting;

/// <summary>What the gateway and the engine in it are started with. Each has a default, a range and its unit in the key's name.</summary>
internal sealed record GatewayOptions
{
    /// <summary>The data folder.</summary>
    public string Data { get; init; } = "./data";

    /// <summary>The address that people and agents use. An IP address or localhost is listened on alone, any other name on all
    /// addresses.</summary>
    public Uri Url { get; init; } = new("https://127.0.0.1:8443");

    /// <summary>What this process hosts.</summary>
    public NodeRole Role { get; init; }

    /// <summary>Where a gateway finds its engine.</summary>
    public IPEndPoint? Seed { get; init; }

    /// <summary>How long a gateway that starts waits for its engine. 1-600 s.</summary>
    public TimeSpan SeedPatience { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Which database keeps everything.</summary>
    public StoreKind StoreKind { get; init; }

    /// <summary>PostgreSQL's connection string; it may hold a password.</summary>
    public string? StoreConnection { get; init; }

    /// <summary>A file of mode 0600 that holds the connection string.</summary>
    public string? StoreConnectionFile { get; init; }

    /// <summary>Where the objects of backups lie, as it was given.</summary>
    public VaultSettings VaultSettings { get; init; } = new();

    /// <summary>The same with the keys read.</summary>
    public VaultOptions Vault { get; init; } = VaultOptions.Directory;

    /// <summary>Connections at a time. 10-1,000,000.</summary>
    public int Connections { get; init; } = 20_000;

    /// <summary>Connections at a time from one address: one address must not be able to take them all. 1-1,000,000.</summary>
    public int ConnectionsPerAddress { get; init; } = 10_000;

    /// <summary>How far X-Timestamp may lie from the clock. 5-300 s.</summary>
    public TimeSpan Window { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Batches that may wait for the store. 1-1,000,000.</summary>
    public int IngestQueue { get; init; } = 20_000;

    /// <summary>When a batch that the store does not take is given up. 100-7,000 ms.</summary>
    public TimeSpan StoreGivesUpAfter { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How long raw reports are kept. 1-9,600 hours.</summary>
    public TimeSpan RawRetention { get; init; } = TimeSpan.FromDays(7);

    /// <summary>How long points of a minute are kept. 1-3,660 days.</summary>
    public TimeSpan MinuteRetention { get; init; } = TimeSpan.FromDays(90);

    /// <summary>How long points of an hour are kept. 1-3,660 days.</summary>
    public TimeSpan HourRetention { get; init; } = TimeSpan.FromDays(730);

    /// <summary>How long log lines are kept. 1-9,600 hours.</summary>
    public TimeSpan LogRetention { get; init; } = TimeSpan.FromDays(7);

    /// <summary>After which silence a server is silent. 10-86,400 s.</summary>
    public TimeSpan SilentAfter { get; init; } = TimeSpan.FromSeconds(45);

    /// <summary>New bytes of backups that a server may announce a day; null is unlimited.</summary>
    public long? BackupBytesPerServerDay { get; init; }

    /// <summary>Bytes that the backups of one server may have announced in all; null is unlimited.</summary>
    public long? BackupBytesPerServer { get; init; }

    /// <summary>Bytes of backups that a team may announce in all; null is unlimited.</summary>
    public long? BackupBytesPerTeam { get; init; }

    /// <summary>Networks that webhooks may reach although they are not public.</summary>
    public IReadOnlyList<IPNetwork> WebhookNetworks { get; init; } = [];

    /// <summary>A PEM file of authorities that receivers' certificates may come from, beside the system's own.</summary>
    public string? NotificationAuthorityFile { get; init; }

    /// <summary>The mail server as it is set.</summary>
    public MailSettings Mail { get; init; } = new();

    /// <summary>What <see cref="NotificationSettings"/> made of the above.</summary>
    public NotificationOptions Notifications { get; init; } = new();

    /// <summary>Without the connection string.</summary>
    public override string ToString() => $"GatewayOptions({Data}, {Url}, {StoreKind})";
}
