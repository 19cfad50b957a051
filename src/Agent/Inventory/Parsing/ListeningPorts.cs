using System.Globalization;
using HostAtlas.Agent.Collect.Parsing;

namespace HostAtlas.Agent.Inventory.Parsing;

/// <summary>
/// Reads from /proc/net/tcp and /proc/net/tcp6 (proc_pid_net(5)) the ports that somebody on this host listens on for 127.0.0.1 or for every
/// address. The address is in the processor's order, so on every machine that .NET runs on 0100007F is 127.0.0.1.
/// </summary>
internal static class ListeningPorts
{
    private static readonly string[] Reachable =
    [
        "00000000", "0100007F", "00000000000000000000000000000000", "0000000000000000FFFF00000100007F",
    ];

    /// <summary>The ports, each once.</summary>
    public static IReadOnlySet<int> Read(ReadOnlySpan<byte> text)
    {
        var ports = new SortedSet<int>();
        var lines = new TextLines(text);
        while (lines.TryNext(out var line))
        {
            if (!line.TryNext(out var number) || number[^1] != ':' || !line.TryNextText(out var local) || !line.TrySkip(1)
                || !line.TryNextText(out var state) || state != "0A") continue;
            var colon = local.IndexOf(':', StringComparison.Ordinal);
            if (colon > 0 && Reachable.Contains(local[..colon], StringComparer.Ordinal)
                && int.TryParse(local.AsSpan(colon + 1), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var port)
                && port is > 0 and <= 65535) ports.Add(port);
        }
        return ports;
    }
}
