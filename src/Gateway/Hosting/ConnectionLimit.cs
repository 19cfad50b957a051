using System.Net;
using HostAtlas.Gateway.Ingest;
using Microsoft.AspNetCore.Connections;

namespace HostAtlas.Gateway.Hosting;

/// <summary>
/// Counts open connections by network, before TLS, so that one sender of slow connections cannot hold all of the server's. The table holds
/// networks with an open connection only, so it is bounded by the server's own limit.
/// </summary>
internal sealed class ConnectionLimit(int atMost)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<UInt128, int> _open = [];

    /// <summary>The connection's middleware: refuses without a word, the cheapest answer there is.</summary>
    public ConnectionDelegate Around(ConnectionDelegate next) => async connection =>
    {
        var network = FailedCredentials.NetworkOf((connection.RemoteEndPoint as IPEndPoint)?.Address);
        if (!TryEnter(network))
        {
            connection.Abort(new ConnectionAbortedException("Too many connections from one address."));
            return;
        }
        try
        {
            await next(connection);
        }
        finally
        {
            Leave(network);
        }
    };

    /// <summary>Counts a connection; false when there are too many.</summary>
    internal bool TryEnter(UInt128 network)
    {
        lock (_lock)
        {
            var open = _open.GetValueOrDefault(network);
            if (open >= atMost) return false;
            _open[network] = open + 1;
            return true;
        }
    }

    /// <summary>Forgets a connection.</summary>
    internal void Leave(UInt128 network)
    {
        lock (_lock)
        {
            if (_open[network] == 1) _open.Remove(network);
            else _open[network]--;
        }
    }
}
