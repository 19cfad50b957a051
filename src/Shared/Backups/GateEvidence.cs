namespace HostAtlas.Shared.Backups;

/// <summary>
/// What an agent's gate tells the platform of a run: the member <c>gate</c> of <c>commit</c>. Numbers, names of rules and path ids; a clear
/// path only where the host's own configuration says so. Every number is 0 or more.
/// </summary>
public sealed record GateEvidence
{
    /// <summary>Hits that are listed; the others are counted in <see cref="HitsOmitted"/>.</summary>
    public const int HitsAtMost = 1_000;

    /// <summary>Names of rules and of types, each.</summary>
    public const int NamesAtMost = 64;

    /// <summary>What the agent makes of the run: <c>open</c>, <c>suspect</c> or <c>frozen</c>.</summary>
    public string State { get; init; } = "open";

    /// <summary>It was judged as a run of a server that is still being learned.</summary>
    public bool Learning { get; init; }

    /// <summary>All files of the tree.</summary>
    public long Files { get; init; }

    /// <summary>Files that are new or differ from the last snapshot.</summary>
    public long ChangedFiles { get; init; }

    /// <summary>Bytes of these.</summary>
    public long ChangedBytes { get; init; }

    /// <summary>Files of the last snapshot that are gone.</summary>
    public long GoneFiles { get; init; }

    /// <summary>Files of this run that a rule hit.</summary>
    public long HitFiles { get; init; }

    /// <summary>Bytes of these.</summary>
    public long HitBytes { get; init; }

    /// <summary>Files whose last clean version stays in the snapshot.</summary>
    public long HeldBackFiles { get; init; }

    /// <summary>Hit files whose first version ever seen is this one.</summary>
    public long FirstSeenFiles { get; init; }

    /// <summary>Files a rule about files hit, by its name.</summary>
    public IReadOnlyDictionary<string, long> Rules { get; init; } = new Dictionary<string, long>();

    /// <summary>Rules about the whole run that hit.</summary>
    public IReadOnlyList<string> RunRules { get; init; } = [];

    /// <summary>Hit files by type.</summary>
    public IReadOnlyDictionary<string, long> Types { get; init; } = new Dictionary<string, long>();

    /// <summary>The hits, at most <see cref="HitsAtMost"/>.</summary>
    public IReadOnlyList<GateHit> Hits { get; init; } = [];

    /// <summary>Hits that are not listed.</summary>
    public long HitsOmitted { get; init; }
}

/// <summary>A file that a rule hit.</summary>
/// <param name="Path">32 lower-case hex digits: the first 16 bytes of HMAC-SHA256(path key, raw path).</param>
/// <param name="Content">
/// 32 lower-case hex digits: the first 16 bytes of HMAC-SHA256(path key, "content" ‖ 0x00 ‖ the file's chunk ids in order).
/// </param>
/// <param name="Rules">Names of the rules that hit it.</param>
/// <param name="Bytes">Its size.</param>
/// <param name="HeldBack">Its last clean version stays in the snapshot.</param>
/// <param name="Clear">Its path as people know it; null unless the host's own configuration says so.</param>
public sealed record GateHit(string Path, string Content, IReadOnlyList<string> Rules, long Bytes, bool HeldBack, string? Clear = null);
