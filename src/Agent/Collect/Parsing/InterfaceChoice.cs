namespace HostAtlas.Agent.Collect.Parsing;

/// <summary>
/// Which interfaces to show: the physical ones. Bridges, veth pairs, tunnels and bonds carry the same bytes once more, and a host of
/// containers has hundreds of them. A container has no physical one; there the virtual ones that ever carried a byte are shown.
/// </summary>
internal static class InterfaceChoice
{
    /// <summary>The chosen ones in the given order; never the loopback.</summary>
    /// <param name="all">What <see cref="NetworkDevices"/> read.</param>
    /// <param name="isPhysical">Whether a device of that name is known to the system's hardware tree.</param>
    public static IEnumerable<InterfaceCounters> Choose(IReadOnlyList<InterfaceCounters> all, Func<string, bool> isPhysical)
    {
        var physical = all.Where(one => one.Name != "lo" && isPhysical(one.Name)).ToList();
        return physical.Count > 0 ? physical : all.Where(one => one.Name != "lo" && (one.ReceivedBytes > 0 || one.SentBytes > 0));
    }
}
