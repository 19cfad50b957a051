namespace HostAtlas.Agent.Uplink;

/// <summary>An answer from within the verified connection.</summary>
public sealed record PlatformAnswer
{
    /// <summary>The HTTP status.</summary>
    public required int Status { get; init; }

    /// <summary>The slug behind <c>urn:hostatlas:problem:</c>; null when the body is no problem of the platform.</summary>
    public string? Slug { get; init; }

    /// <summary>The problem's words, cut to a line; empty when it has none.</summary>
    public string Detail { get; init; } = "";

    /// <summary>Retry-After, as a duration.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>The platform's clock minus the local one; null when the answer does not say it or took too long.</summary>
    public TimeSpan? ClockReading { get; init; }

    /// <summary>The platform's clock when it answered, to the second; null when it does not say.</summary>
    public DateTimeOffset? SentAt { get; init; }

    /// <summary>The body, within the bound that was asked for.</summary>
    public ReadOnlyMemory<byte> Body { get; init; }
}
