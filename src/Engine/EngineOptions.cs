namespace HostAtlas.Engine;

/// <summary>What the engine needs to know to start. Invalid options stop the start with the full list of faults.</summary>
public sealed record EngineOptions
{
    /// <summary>The folder of <c>root.key</c>, <c>journal.db</c>, <c>data.db</c>, <c>ops.sock</c>, <c>cluster.port</c>, <c>invitation</c>.</summary>
    public required string DataDirectory { get; init; }

    /// <summary>The platform's root key, 32 bytes; the gateway makes and reads the file.</summary>
    public required byte[] RootKey { get; init; }

    /// <summary>How far X-Timestamp may lie from the clock. 5-300 s.</summary>
    public TimeSpan Window { get; init; } = TimeSpan.FromSeconds(Shared.Limits.WindowDefaultSeconds);

    /// <summary>How long raw reports are kept; older ones count as expired when they arrive. 1 hour to 400 days.</summary>
    public TimeSpan RawRetention { get; init; } = TimeSpan.FromDays(7);

    /// <summary>How long a server may say nothing before it counts as silent: three default intervals of 10 s and some. 10 s to 1 day.</summary>
    public TimeSpan SilentAfter { get; init; } = TimeSpan.FromSeconds(45);

    /// <summary>Batches that may wait for the store before the engine answers busy. 1-1,000,000.</summary>
    public int IngestQueue { get; init; } = 20_000;

    /// <summary>When a batch that the store does not take is given up with 503. 100 ms - 7 s, below the gateway's 8 s.</summary>
    public TimeSpan StoreGivesUpAfter { get; init; } = TimeSpan.FromSeconds(5);

    /// <inheritdoc />
    public override string ToString() => $"EngineOptions({DataDirectory})";
}
