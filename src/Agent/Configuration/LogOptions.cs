using HostAtlas.Agent.Logs.Files;

namespace HostAtlas.Agent.Configuration;

/// <summary>The table <c>[logs]</c> of agent.toml, checked. <see cref="LogToml"/> reads it.</summary>
internal sealed record LogOptions
{
    /// <summary>Which files are read.</summary>
    public IReadOnlyList<LogPattern> Files { get; init; } = [];

    /// <summary>Which units of the journal; null: none of it. Empty: all.</summary>
    public IReadOnlyList<string>? Journald { get; init; }

    /// <summary>Lines a second that one source may send on average; ten seconds' worth at once.</summary>
    public int LinesPerSecond { get; init; } = RateDefault;

    /// <summary>Most bytes of lines that wait; beyond it the oldest go.</summary>
    public long SpoolMaxBytes { get; init; } = SpoolDefaultBytes;

    /// <summary>Default, lowest and highest rate.</summary>
    public const int RateDefault = 500, RateMin = 1, RateMax = 100_000;

    /// <summary>Default, smallest and largest spool of lines.</summary>
    public const long SpoolDefaultBytes = 256L << 20, SpoolMinBytes = 1L << 20, SpoolMaxBytesLimit = 64L << 30;

    /// <summary>Most files that are read at a time.</summary>
    public const int FilesMax = 500;
}
