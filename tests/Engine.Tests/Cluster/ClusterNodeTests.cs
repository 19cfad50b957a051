using System.Globalization;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace HostAtlas.Engine.Tests.Cluster;

public sealed class ClusterNodeTests
{
    [Fact]
    public async Task The_port_is_kept_over_a_restart_and_moves_when_something_else_holds_it()
    {
        await using var engine = await EmbeddedEngine.StartAsync();
        var first = PortOf(engine);
        await engine.StopAsync();
        await engine.StartAgainAsync();
        Assert.Equal(first, PortOf(engine));

        await engine.StopAsync();
        using (var other = new TcpListener(IPAddress.Loopback, first))
        {
            other.Start();
            await engine.StartAgainAsync();
            Assert.NotEqual(first, PortOf(engine));
        }
    }

    /// <summary>
    /// A process of another local user that reached the cluster's port could found teams and issue tokens. It gets no further than TLS.
    /// </summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task No_other_process_talks_to_the_cluster(bool withCertificate)
    {
        await using var engine = await EmbeddedEngine.StartAsync();
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(15));
        using var stranger = new TcpClient();
        await stranger.ConnectAsync(IPAddress.Loopback, PortOf(engine), deadline.Token);
        await using var tls = new SslStream(stranger.GetStream());
        using var own = OwnCertificate();
        var ended = await Record.ExceptionAsync(async () =>
        {
            await tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
            {
                TargetHost = "127.0.0.1",
                ClientCertificates = withCertificate ? [own] : null,
                // An attacker does not mind whom it meets; what counts is whether it is let in.
                RemoteCertificateValidationCallback = (_, presented, _, _) => presented is not null,
            }, deadline.Token);
            // TLS 1.3 refuses a client's certificate only after the client's own handshake is done: the refusal is read.
            if (await tls.ReadAsync(new byte[1], deadline.Token) == 0) throw new AuthenticationException("Closed.");
        });
        Assert.True(ended is AuthenticationException or IOException, $"The engine let a stranger in, or kept it waiting: {ended}");
    }

    private static int PortOf(EmbeddedEngine engine) =>
        int.Parse(File.ReadAllText(Path.Combine(engine.Folder, "cluster.port")), CultureInfo.InvariantCulture);

    private static X509Certificate2 OwnCertificate()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=hostatlas node", key, HashAlgorithmName.SHA256);
        using var made = request.CreateSelfSigned(TimeProvider.System.GetUtcNow().AddDays(-1), TimeProvider.System.GetUtcNow().AddDays(1));
        return X509CertificateLoader.LoadPkcs12(made.Export(X509ContentType.Pkcs12), null);
    }
}
