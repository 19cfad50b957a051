using System.Net;
using System.Net.Sockets;

namespace HostAtlas.TestSupport;

/// <summary>A TCP port of 127.0.0.1 that nobody listens on at the moment of asking.</summary>
public static class FreePort
{
    /// <summary>Lets the system choose one. Another process could take it before it is used; then the start fails loudly.</summary>
    public static int Next()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
