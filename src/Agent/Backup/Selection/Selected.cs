using HostAtlas.Agent.Backup.Walk;

namespace HostAtlas.Agent.Backup.Selection;

/// <summary>What of this host a backup takes. Pure: it is asked with names and facts.</summary>
public sealed record Selected
{
    /// <summary>Absolute paths without a slash at the end; "/" is one too.</summary>
    public required IReadOnlyList<string> Roots { get; init; }

    /// <summary>What is left out.</summary>
    public ExcludeRules Exclude { get; init; } = ExcludeRules.None;

    /// <summary>Files larger than this are left out; null: none is.</summary>
    public long? LargestFileBytes { get; init; }

    /// <summary>Private keys are taken too.</summary>
    public bool IncludePrivateKeys { get; init; }

    /// <summary>The name that marks a directory of things that can be made again (https://bford.info/cachedir/).</summary>
    public static ReadOnlySpan<byte> CacheTag => "CACHEDIR.TAG"u8;

    /// <summary>What such a file begins with.</summary>
    public static ReadOnlySpan<byte> CacheSignature => "Signature: 8a477f597d28d172789f06886806bc55"u8;

    /// <summary>Brings a path into the form that roots have; null when it is not absolute or has . or .. in it.</summary>
    public static string? ReadRoot(string path)
    {
        if (!path.StartsWith('/') || path.Contains('\0', StringComparison.Ordinal)) return null;
        var parts = path.Split('/', StringSplitOptions.RemoveEmptyEntries);
        return parts.Any(part => part is "." or "..") ? null : "/" + string.Join('/', parts);
    }

    /// <summary>Whether the file is too large.</summary>
    public bool IsTooLarge(in FileFacts facts) => facts.Kind == FileKind.File && facts.Size > LargestFileBytes;
}
