using System.Net;
using System.Net.Sockets;

namespace HostAtlas.Agent.Tests.Platform;

/// <summary>Somebody else's port, on the network that an agent stands in: whoever connects has been pointed there.</summary>
internal sealed class Bystander : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);

    public Bystander()
    {
        _listener.Start();
        Port = ((IPEndPoint)_listener.LocalEndpoint).Port;
    }

    public int Port { get; }

    /// <summary>Whether anybody has connected: the kernel takes connections before they are accepted.</summary>
    public bool WasTouched => _listener.Pending();

    public void Dispose() => _listener.Dispose();
}
