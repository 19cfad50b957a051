using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using HostAtlas.Agent.Inventory.Parsing;
using HostAtlas.Shared.Wire;

namespace HostAtlas.Agent.Inventory.Certificates;

/// <summary>
/// Asks the TLS ports of this host for their certificates: a connection to 127.0.0.1 and nowhere else, a ClientHello and nothing more
/// (<see cref="HelloStream"/>), then it is closed. Nothing is checked or trusted by it; no authority, list or issuer is asked over the
/// network.
/// </summary>
internal sealed class ListenerSource(InventoryFaults faults)
{
    /// <summary>Ports on which TLS is spoken from the first byte on, by their registration or by custom.</summary>
    public static IReadOnlyList<int> KnownPorts { get; } =
    [
        443, 465, 563, 636, 853, 989, 990, 992, 993, 994, 995, 2376, 2379, 3269, 5061, 5671, 5986, 6443, 6514, 6697, 8006, 8443, 8883, 9090,
        9443, 10250,
    ];

    private const int PortsMax = 64;
    private static readonly TimeSpan TimeMax = TimeSpan.FromSeconds(2);

    /// <summary>One certificate for each port that shows one; a port that speaks something else is passed over.</summary>
    /// <param name="listening">Ports that somebody listens on.</param>
    /// <param name="candidates">Ports that are asked, if so.</param>
    /// <param name="stop">Ends it.</param>
    public async Task<IReadOnlyList<CertificateItem>> CollectAsync(
        IReadOnlySet<int> listening, IEnumerable<int> candidates, CancellationToken stop)
    {
        var items = new List<CertificateItem>();
        foreach (var port in candidates.Where(listening.Contains).Distinct().Order().Take(PortsMax))
        {
            if (await AskAsync(port, stop) is not { } der) continue;
            if (CertificateFacts.Of(der, $"tcp://127.0.0.1:{port}", [$"port {port}"]) is { } item) items.Add(item);
            else faults.Add($"tcp://127.0.0.1:{port}", "shows a certificate that cannot be read");
        }
        return items;
    }

    /// <summary>The ports of both tables of the kernel.</summary>
    public static IReadOnlySet<int> Listening(ReadOnlySpan<byte> tcp, ReadOnlySpan<byte> tcp6)
    {
        var ports = new SortedSet<int>(ListeningPorts.Read(tcp));
        ports.UnionWith(ListeningPorts.Read(tcp6));
        return ports;
    }

    private static async Task<byte[]?> AskAsync(int port, CancellationToken stop)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(stop);
        limit.CancelAfter(TimeMax);
        try
        {
            using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            await socket.ConnectAsync(new IPEndPoint(IPAddress.Loopback, port), limit.Token);
            return await HelloAsync(socket, limit.Token);
        }
        catch (Exception exception) when (exception is SocketException or IOException or OperationCanceledException)
        {
            stop.ThrowIfCancellationRequested();
            return null;
        }
    }

    private static async Task<byte[]?> HelloAsync(Socket socket, CancellationToken limit)
    {
        await using var wire = new NetworkStream(socket);
        await using var hello = new HelloStream(wire);
        byte[]? shown = null;
        await using var tls = new SslStream(hello, leaveInnerStreamOpen: true);
        try
        {
            await tls.AuthenticateAsClientAsync(Options(certificate => shown = certificate), limit);
        }
        catch (Exception exception) when (exception is AuthenticationException or IOException or OperationCanceledException
            or InvalidOperationException)
        {
            // It always ends here: the client refuses whatever is shown.
        }
        return shown ?? PlainHandshake.FirstCertificate(hello.Received);
    }

    private static SslClientAuthenticationOptions Options(Action<byte[]> shown) => new()
    {
        TargetHost = "",
        CertificateChainPolicy = new X509ChainPolicy
        {
            // Otherwise the look at a certificate could fetch what it names from the network.
            DisableCertificateDownloads = true,
            RevocationMode = X509RevocationMode.NoCheck,
        },
        RemoteCertificateValidationCallback = (_, certificate, _, _) =>
        {
            if (certificate is not null) shown(certificate.GetRawCertData());
            return false;
        },
    };
}
