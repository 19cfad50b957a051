using HostAtlas.Engine.Metrics;
using HostAtlas.Shared.Wire;

namespace HostAtlas.Gateway.Ingest;

/// <summary>What became of a body: a batch, or bytes that are no JSON object (400), or content that cannot be taken (422).</summary>
internal readonly record struct MetricsBody
{
    private MetricsBody(MetricBatch? batch, string? malformed, IReadOnlyList<ContentError>? errors) =>
        (Batch, Malformed, Errors) = (batch, malformed, errors);

    /// <summary>The batch, when the body is one.</summary>
    public MetricBatch? Batch { get; }

    /// <summary>For people: why the bytes are no JSON object.</summary>
    public string? Malformed { get; }

    /// <summary>What is wrong where.</summary>
    public IReadOnlyList<ContentError>? Errors { get; }

    /// <summary>A batch.</summary>
    public static MetricsBody Of(MetricBatch batch) => new(batch, null, null);

    /// <summary>No JSON object.</summary>
    public static MetricsBody NotJson(string detail) => new(null, detail, null);

    /// <summary>Well-formed and not acceptable.</summary>
    public static MetricsBody Invalid(IReadOnlyList<ContentError> errors) => new(null, null, errors);
}
