using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace HostAtlas.Engine.Cluster;

/// <summary>Ports on loopback for the cluster.</summary>
internal static class ClusterPort
{
    /// <summary>One that is free at this moment.</summary>
    public static int Free()
    {
        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        return ((IPEndPoint)probe.LocalEndpoint).Port;
    }

    /// <summary>
    /// The engine's: free at the first start and kept in <c>DATA/cluster.port</c>, so that gateways find it again. When something else has
    /// taken it since, it moves and the file follows.
    /// </summary>
    public static int Kept(string dataDirectory)
    {
        var path = PathIn(dataDirectory);
        if (File.Exists(path) && int.TryParse(File.ReadAllText(path), NumberStyles.None, CultureInfo.InvariantCulture, out var kept)
            && kept is > 0 and < 65_536 && IsFree(kept)) return kept;
        var port = Free();
        File.WriteAllText(path, port.ToString(CultureInfo.InvariantCulture));
        return port;
    }

    /// <summary>Where the engine of a data folder keeps its port; there once it has started.</summary>
    public static string PathIn(string dataDirectory) => Path.Combine(dataDirectory, "cluster.port");

    private static bool IsFree(int port)
    {
        try
        {
            using var probe = new TcpListener(IPAddress.Loopback, port);
            probe.Start();
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
