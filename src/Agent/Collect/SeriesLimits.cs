namespace HostAtlas.Agent.Collect;

/// <summary>
/// How many values a label may have. Together with the names that have no such label they stay below 1,700 names, which leaves room under
/// the protocol's 2,000 for what other parts of the agent report; a test fills every limit and counts.
/// </summary>
internal static class SeriesLimits
{
    /// <summary>Mounts, eight names each.</summary>
    public const int Mounts = 64;

    /// <summary>Disks, eight names each.</summary>
    public const int Devices = 64;

    /// <summary>Network interfaces, eight names each.</summary>
    public const int Interfaces = 48;

    /// <summary>Temperature sensors, one name each.</summary>
    public const int Sensors = 96;
}
