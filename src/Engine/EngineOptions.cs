using System.Net;
using HostAtlas.Engine.Notifications;
using HostAtlas.Engine.Storage;
using HostAtlas.Engine.Storage.Sealing;
using HostAtlas.Engine.Vault;

namespace HostAtlas.Engine;

/// <summary>What the engine needs to know to start. Invalid options stop the start with the full list of faults.</summary>
public sealed record EngineOptions
{
    /// <summary>
    /// The folder of <c>root.key</c>, <c>journal.db</c>, <c>data.db</c>, <c>ops.sock</c>, <c>cluster.port</c>, <c>invitation</c>.
    /// </summary>
    public required string DataDirectory { get; init; }

    /// <summary>
    /// The ring of the platform's root keys, 32 bytes each, the newest first; the gateway makes and reads the file <c>root.key</c>.
    /// </summary>
    public required byte[] RootKey { get; init; }

    /// <summary>What this process hosts.</summary>
    public NodeRole Role { get; init; }

    /// <summary>Where a gateway finds its engine: 127.0.0.1 and the engine's port. Null for the engine itself.</summary>
    public IPEndPoint? Seed { get; init; }

    /// <summary>How long a gateway that starts waits for its engine. 1-600 s.</summary>
    public TimeSpan SeedPatience { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Which database keeps everything.</summary>
    public StoreOptions Store { get; init; } = StoreOptions.Sqlite;

    /// <summary>Where the objects of backups lie.</summary>
    public VaultOptions Vault { get; init; } = VaultOptions.Directory;

    /// <summary>Where people reach the platform, e.g. <c>https://atlas.example.org</c>; links begin with it. Null: unknown.</summary>
    public string? Address { get; init; }

    /// <summary>How far X-Timestamp may lie from the clock. 5-300 s.</summary>
    public TimeSpan Window { get; init; } = TimeSpan.FromSeconds(Shared.Limits.WindowDefaultSeconds);

    /// <summary>How long raw reports are kept; older ones count as expired when they arrive. 1 hour to 400 days.</summary>
    public TimeSpan RawRetention { get; init; } = DefaultRawRetention;

    /// <summary>How long points of a minute are kept. 1 to 3,660 days.</summary>
    public TimeSpan MinuteRetention { get; init; } = TimeSpan.FromDays(90);

    /// <summary>How long points of an hour are kept. 1 to 3,660 days.</summary>
    public TimeSpan HourRetention { get; init; } = TimeSpan.FromDays(730);

    /// <summary>How long raw reports are kept when nobody says otherwise.</summary>
    public static TimeSpan DefaultRawRetention => TimeSpan.FromDays(7);

    /// <summary>How long log lines are kept; older ones count as expired when they arrive. 1 hour to 400 days.</summary>
    public TimeSpan LogRetention { get; init; } = TimeSpan.FromDays(7);

    /// <summary>
    /// How long a server may say nothing before it counts as silent: three default intervals of 10 s and some. 10 s to 1 day.
    /// </summary>
    public TimeSpan SilentAfter { get; init; } = TimeSpan.FromSeconds(45);

    /// <summary>Batches that may wait for the store before the engine answers busy. 1-1,000,000.</summary>
    public int IngestQueue { get; init; } = 20_000;

    /// <summary>When a batch that the store does not take is given up with 503. 100 ms - 7 s, below the gateway's 8 s.</summary>
    public TimeSpan StoreGivesUpAfter { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>New bytes that one server may announce for its backups a day (UTC); null is unlimited. At least 1 MiB.</summary>
    public long? BackupBytesPerServerDay { get; init; }

    /// <summary>Bytes that the backups of one server may have announced in all; null is unlimited. At least 1 MiB.</summary>
    public long? BackupBytesPerServer { get; init; }

    /// <summary>Bytes that the backups of one team may have announced in all; null is unlimited. At least 1 MiB.</summary>
    public long? BackupBytesPerTeam { get; init; }

    /// <summary>How people are told of what happens.</summary>
    public NotificationOptions Notifications { get; init; } = new();

    /// <summary>Throws <see cref="InvalidOptionsException"/> with every fault there is.</summary>
    public void Check()
    {
        var faults = new List<string>();
        Expect(DataDirectory.Length > 0, "data: the folder must be named.");
        Expect(RootKeys.IsRing(RootKey.Length), "root.key: must hold 32 bytes a key, 1-32 keys.");
        Expect(Window.TotalSeconds is >= Shared.Limits.WindowMinSeconds and <= Shared.Limits.WindowMaxSeconds,
            "ingest.window_seconds: 5-300.");
        Expect(RawRetention >= TimeSpan.FromHours(1) && RawRetention <= TimeSpan.FromDays(400), "retention.raw_hours: 1-9600.");
        Expect(MinuteRetention >= TimeSpan.FromDays(1) && MinuteRetention <= TimeSpan.FromDays(3_660), "retention.minute_days: 1-3660.");
        Expect(HourRetention >= TimeSpan.FromDays(1) && HourRetention <= TimeSpan.FromDays(3_660), "retention.hour_days: 1-3660.");
        Expect(LogRetention >= TimeSpan.FromHours(1) && LogRetention <= TimeSpan.FromDays(400), "retention.log_hours: 1-9600.");
        Expect(SilentAfter >= TimeSpan.FromSeconds(10) && SilentAfter <= TimeSpan.FromDays(1),
            "presence.silent_after_seconds: 10 s to 1 day.");
        Expect(IngestQueue is >= 1 and <= 1_000_000, "ingest.queue: 1-1,000,000.");
        Expect(StoreGivesUpAfter.TotalMilliseconds is >= 100 and <= 7_000, "ingest.store_gives_up_after_ms: 100-7000.");
        Expect((Role == NodeRole.Gateway) == Seed is not null,
            "cluster.seed (--seed): a process of role gateway needs it, and no other may have it.");
        Expect(Seed is null || (Seed.Address.Equals(IPAddress.Loopback) && Seed.Port > 0),
            "cluster.seed (--seed): 127.0.0.1:PORT with the port of the file cluster.port in the engine's data folder. A gateway runs on "
            + "its engine's host.");
        Expect(SeedPatience >= TimeSpan.FromSeconds(1) && SeedPatience <= TimeSpan.FromSeconds(600), "cluster.seed_wait_seconds: 1-600.");
        faults.AddRange(Store.Faults());
        faults.AddRange(Vault.Faults());
        Expect(BackupBytesPerServerDay is null or >= 1 << 20, "backups.server_day_mebibytes: at least 1.");
        Expect(BackupBytesPerServer is null or >= 1 << 20, "backups.server_mebibytes: at least 1.");
        Expect(BackupBytesPerTeam is null or >= 1 << 20, "backups.team_mebibytes: at least 1.");
        if (faults.Count > 0) throw new InvalidOptionsException(faults);

        void Expect(bool holds, string fault)
        {
            if (!holds) faults.Add(fault);
        }
    }

    /// <inheritdoc />
    public override string ToString() => $"EngineOptions({DataDirectory})";
}

/// <summary>What a process of the platform hosts.</summary>
public enum NodeRole
{
    /// <summary>Gateway and engine, the default.</summary>
    Embedded,

    /// <summary>The gateway alone; the engine is another process.</summary>
    Gateway,
}

/// <summary>The options are wrong; the process does not start.</summary>
public sealed class InvalidOptionsException(IReadOnlyList<string> faults) : Exception(string.Join(Environment.NewLine, faults))
{
    /// <summary>Every fault, a sentence each.</summary>
    public IReadOnlyList<string> Faults { get; } = faults;
}
