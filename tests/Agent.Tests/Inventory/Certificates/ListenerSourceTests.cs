using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Text;
using HostAtlas.Agent.Inventory;
using HostAtlas.Agent.Inventory.Certificates;
using HostAtlas.Agent.Inventory.Parsing;
using HostAtlas.Agent.Redaction;
using HostAtlas.Agent.Tests.Platform;
using HostAtlas.Shared.Wire;

namespace HostAtlas.Agent.Tests.Inventory.Certificates;

public sealed class ListenerSourceTests
{
    [Theory]
    [InlineData(SslProtocols.Tls12)]
    [InlineData(SslProtocols.Tls13)]
    public async Task A_port_shows_its_certificate_to_a_hello_and_hears_nothing_else(SslProtocols protocols)
    {
        using var certificate = new TestAuthority().Sign("shown.example");
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;
        var heard = Task.Run(async () =>
        {
            using var accepted = await listener.AcceptTcpClientAsync();
            await using var wire = new HeardStream(accepted.GetStream());
            await using var tls = new SslStream(wire, leaveInnerStreamOpen: true);
            var options = new SslServerAuthenticationOptions { ServerCertificate = certificate, EnabledSslProtocols = protocols };
            // The client never answers.
            await Assert.ThrowsAnyAsync<Exception>(() => tls.AuthenticateAsServerAsync(options));
            return wire.Heard.ToArray();
        });
        var (items, faults) = await AskAsync(port);
        Assert.Empty(faults);
        var item = Assert.Single(items);
        Assert.Equal(($"tcp://127.0.0.1:{port}", "CN=shown.example"), (item.Path, item.Subject));
        Assert.Equal([$"port {port}"], item.UsedBy);
        var bytes = await heard;
        Assert.True(HelloStream.IsHello(bytes));
        // One record and no byte more.
        Assert.Equal(bytes.Length, 5 + (bytes[3] << 8) + bytes[4]);
    }

    [Theory]
    [InlineData("SSH-2.0-OpenSSH_9.2\r\n")]
    [InlineData("HTTP/1.1 400 Bad Request\r\n\r\n")]
    [InlineData("")]
    [InlineData("\u0016\u0003\u0003\u0000\u0005\u000b\u0000\u0000\u0001\u0000")]
    public async Task A_port_that_speaks_something_else_is_passed_over(string says)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;
        var answer = Task.Run(async () =>
        {
            using var accepted = await listener.AcceptTcpClientAsync();
            await accepted.GetStream().WriteAsync(Encoding.Latin1.GetBytes(says));
        });
        var (items, faults) = await AskAsync(port);
        await answer;
        Assert.Empty(items);
        Assert.Empty(faults);
    }

    [Fact]
    public async Task A_port_that_nobody_listens_on_is_not_asked()
    {
        var faults = new InventoryFaults(Redactor.BuiltIn);
        Assert.Empty(await new ListenerSource(faults).CollectAsync(new HashSet<int>(), [443], CancellationToken.None));
    }

    [Fact]
    public void Listening_ports_are_those_that_loopback_reaches()
    {
        var ports = ListeningPorts.Read("""
              sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
               0: 00000000:01BB 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 1 1 0 100 0 0 10 0
               1: 0100007F:20FB 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 1 1 0 100 0 0 10 0
               2: 0500000A:0050 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 1 1 0 100 0 0 10 0
               3: 0100007F:1F90 0100007F:AAAA 01 00000000:00000000 00:00000000 00000000     0        0 1 1 0 100 0 0 10 0
               4: 00000000000000000000000000000000:03E1 00000000000000000000000000000000:0000 0A 0 0 0 0 0 0
               5: 0000000000000000FFFF00000100007F:03E0 00000000000000000000000000000000:0000 0A 0 0 0 0 0 0
               6: 00000000000000000000000001000000:03DF 00000000000000000000000000000000:0000 0A 0 0 0 0 0 0
            broken line
               x: y:z
            """u8);
        Assert.Equal([443, 992, 993, 8443], ports.Order());
    }

    [Fact]
    public void A_plain_handshake_of_any_bytes_is_read_to_its_end()
    {
        var chance = new Random(7);
        for (var round = 0; round < 2_000; round++)
        {
            var bytes = new byte[chance.Next(80)];
            chance.NextBytes(bytes);
            if (bytes.Length > 6) (bytes[0], bytes[3], bytes[4], bytes[5]) = (22, 0, (byte)(bytes.Length - 5), 11);
            PlainHandshake.FirstCertificate(bytes);
        }
        Assert.Null(PlainHandshake.FirstCertificate([22, 3, 3, 255, 255]));
    }

    private static async Task<(IReadOnlyList<CertificateItem> Items, IReadOnlyList<InventoryFault> Faults)> AskAsync(int port)
    {
        var faults = new InventoryFaults(Redactor.BuiltIn);
        var items = await new ListenerSource(faults).CollectAsync(new HashSet<int> { port }, [port], CancellationToken.None);
        return (items, faults.All);
    }

    /// <summary>Keeps what a server was told.</summary>
    private sealed class HeardStream(Stream wire) : Stream
    {
        public List<byte> Heard { get; } = [];

        public override bool CanRead => true;

        public override bool CanWrite => true;

        public override bool CanSeek => false;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            var read = await wire.ReadAsync(buffer, cancellationToken);
            Heard.AddRange(buffer.Span[..read]);
            return read;
        }

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) =>
            wire.WriteAsync(buffer, cancellationToken);

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => wire.Write(buffer, offset, count);

        public override void Flush()
        {
        }

        public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();
    }
}
