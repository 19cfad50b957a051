using HostAtlas.Engine.Metrics;

namespace HostAtlas.Benchmarks.Stores;

/// <summary>A value as long as it lies at rest, for rivals that seal nothing.</summary>
internal static class SealedSize
{
    // What sealing adds: version, key number, nonce and tag.
    private const int SealBytes = 31;

    /// <summary>A report's values and as many bytes more as its seal would take.</summary>
    public static byte[] ValuesOf(MetricBatch batch)
    {
        var values = batch.Rows[0].Values;
        Array.Resize(ref values, values.Length + SealBytes);
        return values;
    }
}
