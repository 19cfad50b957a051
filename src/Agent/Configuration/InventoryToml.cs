using HostAtlas.Agent.Backup.Selection;
using Tomlyn.Model;

namespace HostAtlas.Agent.Configuration;

/// <summary>Reads <c>[inventory]</c>; like <see cref="AgentToml"/> it is pure and lists every fault.</summary>
public static class InventoryToml
{
    /// <summary>The keys of the table.</summary>
    public static readonly string[] Keys = ["enabled", "certificates", "tls_listeners", "tls_ports"];

    /// <summary>Reads the table; null when there is a fault.</summary>
    public static InventoryOptions? Read(TomlTable table, List<string> faults)
    {
        ArgumentNullException.ThrowIfNull(table);
        ArgumentNullException.ThrowIfNull(faults);
        var before = faults.Count;
        var options = new InventoryOptions
        {
            Enabled = Flag(table, "enabled", faults),
            Certificates = Roots(table, faults),
            TlsListeners = Flag(table, "tls_listeners", faults),
            TlsPorts = Ports(table, faults),
        };
        return faults.Count > before ? null : options;
    }

    private static bool Flag(TomlTable table, string key, List<string> faults)
    {
        if (!table.TryGetValue(key, out var value)) return true;
        if (value is bool flag) return flag;
        faults.Add($"inventory.{key}: must be true or false");
        return true;
    }

    private static List<string>? Roots(TomlTable table, List<string> faults)
    {
        if (List(table, "certificates", faults) is not { } entries) return null;
        var roots = new List<string>();
        foreach (var entry in entries)
        {
            if (entry is string text && Selected.ReadRoot(text) is { } root) roots.Add(root);
            else faults.Add($"inventory.certificates: '{entry}' is not an absolute path without . and ..");
        }
        return [.. roots.Distinct(StringComparer.Ordinal)];
    }

    private static List<int>? Ports(TomlTable table, List<string> faults)
    {
        if (List(table, "tls_ports", faults) is not { } entries) return null;
        var ports = new List<int>();
        foreach (var entry in entries)
        {
            if (entry is long port and >= 1 and <= 65535) ports.Add((int)port);
            else faults.Add($"inventory.tls_ports: '{entry}' is not a port from 1 to 65535");
        }
        return ports;
    }

    private static TomlArray? List(TomlTable table, string key, List<string> faults)
    {
        if (!table.TryGetValue(key, out var value)) return null;
        if (value is TomlArray { Count: <= InventoryOptions.ListMax } array) return array;
        faults.Add($"inventory.{key}: must be a list of at most {InventoryOptions.ListMax} entries");
        return null;
    }
}
