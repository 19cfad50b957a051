using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Akka.Cluster.Hosting;
using Akka.Hosting;
using Akka.Remote.Hosting;

namespace HostAtlas.Engine.Cluster;

/// <summary>
/// The embedded platform is a cluster of one node that joins itself over loopback: the same sharding, serializers and shutdown as a large one.
/// Its port is free at first start and kept in <c>DATA/cluster.port</c>; when something else has taken it since, it moves and the file follows.
/// </summary>
public static class ClusterOfOne
{
    /// <summary>The actor system's name, part of every address.</summary>
    public const string SystemName = "hostatlas";

    /// <summary>Adds remoting and clustering on loopback.</summary>
    public static AkkaConfigurationBuilder WithClusterOfOne(this AkkaConfigurationBuilder builder, string dataDirectory)
    {
        var port = Port(Path.Combine(dataDirectory, "cluster.port"));
        return builder
            .WithRemoting(options =>
            {
                options.HostName = "127.0.0.1";
                options.Port = port;
            })
            .WithClustering(new ClusterOptions
            {
                Roles = [EngineRole],
                SeedNodes = [$"akka.tcp://{SystemName}@127.0.0.1:{port}"],
            })
            .AddHocon(Hocon, HoconAddMode.Prepend);
    }

    /// <summary>Nodes that hold entities.</summary>
    public const string EngineRole = "engine";

    // Nobody else is waited for: the one seed is this node. No durable data: what matters lies in the journal.
    private const string Hocon = """
        akka {
          loglevel = INFO
          log-dead-letters = off
          log-dead-letters-during-shutdown = off
          cluster {
            seed-node-timeout = 500ms
            retry-unsuccessful-join-after = 500ms
            gossip-interval = 200ms
            leader-actions-interval = 200ms
            log-info = off
            distributed-data.durable.keys = []
            sharding {
              retry-interval = 1s
              remember-entities = off
              state-store-mode = ddata
            }
          }
          coordinated-shutdown {
            exit-clr = off
            phases {
              drain-ingest {
                depends-on = [cluster-sharding-shutdown-region]
                timeout = 8s
              }
              cluster-leave.depends-on = [drain-ingest]
            }
          }
        }
        """;

    private static int Port(string path)
    {
        if (File.Exists(path) && int.TryParse(File.ReadAllText(path), NumberStyles.None, CultureInfo.InvariantCulture, out var kept)
            && kept is > 0 and < 65_536 && IsFree(kept)) return kept;
        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        var port = ((IPEndPoint)probe.LocalEndpoint).Port;
        File.WriteAllText(path, port.ToString(CultureInfo.InvariantCulture));
        return port;
    }

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
