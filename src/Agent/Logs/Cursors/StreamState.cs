using HostAtlas.Agent.Backup.Walk;

namespace HostAtlas.Agent.Logs.Cursors;

/// <summary>
/// What is kept of a stream: one incarnation of a file (after a rotation the next begins), or one unit of the journal. Positions are those
/// of the spool's records, never ahead of them.
/// </summary>
internal sealed record StreamState
{
    /// <summary>Its number; never given twice.</summary>
    public required long Id { get; init; }

    /// <summary>As the platform is told.</summary>
    public required string Source { get; init; }

    /// <summary>Of a file: the configured path; null: a unit of the journal, or the agent's own lines.</summary>
    public string? Path { get; init; }

    /// <summary>Of a file: where it lies, whatever its name.</summary>
    public FileIdentity Identity { get; init; }

    /// <summary>Its first bytes.</summary>
    public Fingerprint Fingerprint { get; init; } = Fingerprint.None;

    /// <summary>When it was written last, as far as was seen. What was written before is none of its successors.</summary>
    public long WrittenNs { get; init; }

    /// <summary>How far it is spooled.</summary>
    public required LogMark Mark { get; init; }

    /// <summary>Read to its end; only kept so that it is known again.</summary>
    public bool IsDone { get; init; }
}

/// <summary>A file by device and inode, and by its birth, since the number of a deleted file is given to the next.</summary>
internal readonly record struct FileIdentity(uint Major, uint Minor, ulong Inode, long BirthNs)
{
    public static FileIdentity Of(in FileFacts facts) =>
        new(facts.FileSystem.Major, facts.FileSystem.Minor, facts.Inode, facts.BirthNs);
}
