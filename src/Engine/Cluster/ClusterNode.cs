using System.Net;
using Akka.Cluster.Hosting;
using Akka.Cluster.Hosting.SBR;
using Akka.Hosting;
using Akka.Remote.Hosting;
using Akka.Remote.Transport.DotNetty;

namespace HostAtlas.Engine.Cluster;

/// <summary>
/// The platform is a cluster on loopback: one engine, which is its own seed, and any number of gateways that join it. An embedded platform
/// is the engine alone, with the same sharding, serializers and shutdown as with gateways. Every other local process is kept out
/// (<see cref="NodeKey"/>).
/// </summary>
public static class ClusterNode
{
    /// <summary>The actor system's name, part of every address.</summary>
    public const string SystemName = "hostatlas";

    /// <summary>Nodes that hold entities.</summary>
    public const string EngineRole = "engine";

    /// <summary>Nodes that only ask entities.</summary>
    public const string GatewayRole = "gateway";

    /// <summary>Adds remoting and clustering of the engine, which waits for nobody.</summary>
    public static AkkaConfigurationBuilder WithEngineNode(
        this AkkaConfigurationBuilder builder, string dataDirectory, NodeKey key, TimeProvider time)
    {
        var port = ClusterPort.Kept(dataDirectory);
        return builder.WithNode(EngineRole, port, port, key, time);
    }

    /// <summary>Adds remoting and clustering of a gateway that joins the engine at <paramref name="seed"/>.</summary>
    public static AkkaConfigurationBuilder WithGatewayNode(
        this AkkaConfigurationBuilder builder, int port, IPEndPoint seed, NodeKey key, TimeProvider time) => builder
        // The link ends a node that has lost its engine, and there is nobody left to take leave of then.
        .AddHocon("akka.coordinated-shutdown.run-by-actor-system-terminate = off", HoconAddMode.Prepend)
        .WithNode(GatewayRole, port, seed.Port, key, time);

    private static AkkaConfigurationBuilder WithNode(
        this AkkaConfigurationBuilder builder, string role, int port, int seedPort, NodeKey key, TimeProvider time) => builder
        .WithRemoting(options =>
        {
            options.HostName = "127.0.0.1";
            options.Port = port;
            options.EnableSsl = true;
        })
        .AddSetup(new DotNettySslSetup(key.NewCertificate(time.GetUtcNow()), suppressValidation: false, requireMutualAuthentication: true,
            customValidator: (presented, _, _, _, _) => key.IsOurs(presented)))
        .WithClustering(new ClusterOptions
        {
            Roles = [role],
            SeedNodes = [$"akka.ssl.tcp://{SystemName}@127.0.0.1:{seedPort}"],
            // Whoever sees the engine stays, whoever does not goes: a gateway that vanished is taken out of the cluster by the engine, and
            // never the engine because of a gateway. All nodes must have the same rule.
            SplitBrainResolver = new StaticQuorumOption { QuorumSize = 1, Role = EngineRole },
        })
        .AddHocon(Hocon, HoconAddMode.Prepend);

    // No durable data: what matters lies in the journal. A frame holds the largest request that an agent may send as the serializers write
    // it, and messages leave at once: a person's page is several questions after another, and a batch waits 40 ms for company by default.
    private const string Hocon = """
        akka {
          log-dead-letters = off
          log-dead-letters-during-shutdown = off
          remote {
            # Who came and went is said by the gateway's link and by the resolver.
            log-remote-lifecycle-events = off
            retry-gate-closed-for = 500ms
            dot-netty.tcp {
              maximum-frame-size = 32MiB
              batching.enabled = false
            }
          }
          cluster {
            seed-node-timeout = 500ms
            retry-unsuccessful-join-after = 500ms
            gossip-interval = 200ms
            leader-actions-interval = 200ms
            log-info = off
            split-brain-resolver.stable-after = 3s
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
}
