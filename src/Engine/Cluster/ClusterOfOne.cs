using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Akka.Cluster.Hosting;
using Akka.Hosting;
using Akka.Remote.Hosting;
using Akka.Remote.Transport.DotNetty;

namespace HostAtlas.Engine.Cluster;

/// <summary>
/// The embedded platform is a cluster of one node that joins itself over loopback: the same sharding, serializers and shutdown as a large
/// one. Its port is free at first start and kept in <c>DATA/cluster.port</c>; when something else has taken it since, it moves and the file
/// follows. Whoever may talk to that port may command entities, so every other local process is kept out: both ends must show a certificate
/// whose key exists in this process only.
/// </summary>
public static class ClusterOfOne
{
    /// <summary>The actor system's name, part of every address.</summary>
    public const string SystemName = "hostatlas";

    /// <summary>Adds remoting and clustering on loopback.</summary>
    public static AkkaConfigurationBuilder WithClusterOfOne(this AkkaConfigurationBuilder builder, string dataDirectory, TimeProvider time)
    {
        var port = Port(Path.Combine(dataDirectory, "cluster.port"));
        var own = OwnCertificate(time.GetUtcNow());
        return builder
            .WithRemoting(options =>
            {
                options.HostName = "127.0.0.1";
                options.Port = port;
                options.EnableSsl = true;
            })
            .AddSetup(new DotNettySslSetup(own, suppressValidation: false, requireMutualAuthentication: true,
                customValidator: (presented, _, _, _, _) => presented is not null && presented.RawData.AsSpan().SequenceEqual(own.RawData)))
            .WithClustering(new ClusterOptions
            {
                Roles = [EngineRole],
                SeedNodes = [$"akka.ssl.tcp://{SystemName}@127.0.0.1:{port}"],
            })
            .AddHocon(Hocon, HoconAddMode.Prepend);
    }

    /// <summary>Nodes that hold entities.</summary>
    public const string EngineRole = "engine";

    // Nobody else is waited for: the one seed is this node. No durable data: what matters lies in the journal.
    private const string Hocon = """
        akka {
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

    private static X509Certificate2 OwnCertificate(DateTimeOffset now)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=hostatlas cluster of one", key, HashAlgorithmName.SHA256);
        using var made = request.CreateSelfSigned(now.AddDays(-1), now.AddYears(20));
        return X509CertificateLoader.LoadPkcs12(made.Export(X509ContentType.Pkcs12), null);
    }

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
