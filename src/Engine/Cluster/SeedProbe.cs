using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;

namespace HostAtlas.Engine.Cluster;

/// <summary>What stands at the seed's address.</summary>
internal enum SeedAnswer
{
    /// <summary>Nothing answers there, or not as a node does.</summary>
    Silent,

    /// <summary>Something with a key that is not of this platform's root key.</summary>
    Foreign,

    /// <summary>A node of this platform.</summary>
    Ours,
}

/// <summary>
/// Looks who stands at the seed's address before a node is started for it. A node by itself would try for ever, whatever the reason is.
/// </summary>
internal sealed class SeedProbe(IPEndPoint seed, NodeKey key, TimeProvider time)
{
    private static readonly TimeSpan AnswersWithin = TimeSpan.FromSeconds(3);

    /// <summary>Looks once.</summary>
    public async Task<SeedAnswer> LookAsync(CancellationToken cancellation)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        deadline.CancelAfter(AnswersWithin);
        using var own = key.NewCertificate(time.GetUtcNow());
        var foreign = false;
        try
        {
            using var connection = new TcpClient();
            await connection.ConnectAsync(seed, deadline.Token).ConfigureAwait(false);
            await using var tls = new SslStream(connection.GetStream());
            await tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
            {
                TargetHost = ClusterNode.SystemName,
                ClientCertificateContext = SslStreamCertificateContext.Create(own, null, offline: true),
                RemoteCertificateValidationCallback = (_, presented, _, _) => !(foreign = !key.IsOurs(presented as X509Certificate2)),
            }, deadline.Token).ConfigureAwait(false);
            return SeedAnswer.Ours;
        }
        catch (Exception fault) when (fault is AuthenticationException or IOException or SocketException
            || (fault is OperationCanceledException && !cancellation.IsCancellationRequested))
        {
            return foreign ? SeedAnswer.Foreign : SeedAnswer.Silent;
        }
    }
}
