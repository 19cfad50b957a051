using System.Diagnostics;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Text;
using HostAtlas.TestSupport.Clients;

namespace HostAtlas.Gateway.Tests.Hosting;

[Collection(nameof(PlatformCollection))]
public sealed class TransportTests(TestPlatform platform)
{
    [Theory]
    [InlineData("-tls1_3", true)]
    [InlineData("-tls1_2", false)]
    [InlineData("-tls1_1", false)]
    public async Task Openssl_gets_through_with_TLS_1_3_alone(string version, bool succeeds)
    {
        using var openssl = Process.Start(new ProcessStartInfo("openssl",
            ["s_client", version, "-cipher", "ALL:@SECLEVEL=0", "-connect", platform.Url.Authority, "-CAfile",
                Path.Combine(platform.Data, "ca.pem"), "-verify_return_error"])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        openssl.StandardInput.Close();
        var (output, errors) = (openssl.StandardOutput.ReadToEndAsync(), openssl.StandardError.ReadToEndAsync());
        await openssl.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(30));
        var text = await output + await errors;
        Assert.Equal(succeeds, openssl.ExitCode == 0);
        if (succeeds) Assert.Contains("Verify return code: 0 (ok)", text, StringComparison.Ordinal);
        else Assert.Contains("alert protocol version", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_client_of_TLS_1_2_is_refused()
    {
        using var socket = new TcpClient();
        await socket.ConnectAsync(platform.Url.Host, platform.Url.Port);
        await using var stream = new SslStream(socket.GetStream());
        var options = PlatformTrust.Options(platform.Url.Host, PlatformTrust.Load(Path.Combine(platform.Data, "ca.pem")));
#pragma warning disable CA5398 // The version that must be refused has to be named.
        options.EnabledSslProtocols = SslProtocols.Tls12;
#pragma warning restore CA5398
        await Assert.ThrowsAsync<AuthenticationException>(() => stream.AuthenticateAsClientAsync(options));
    }

    [Fact]
    public async Task Nothing_answers_over_plain_HTTP()
    {
        using var socket = new TcpClient();
        await socket.ConnectAsync(platform.Url.Host, platform.Url.Port);
        var stream = socket.GetStream();
        await stream.WriteAsync("GET / HTTP/1.1\r\nHost: a\r\n\r\n"u8.ToArray());
        var answer = await ReadToEndAsync(stream);
        Assert.DoesNotContain("HTTP/", Encoding.Latin1.GetString(answer), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("localhost")]
    [InlineData("127.0.0.1")]
    public async Task The_certificate_is_good_for_the_local_names(string name)
    {
        using var socket = new TcpClient();
        await socket.ConnectAsync(platform.Url.Host, platform.Url.Port);
        await using var stream = new SslStream(socket.GetStream());
        await stream.AuthenticateAsClientAsync(PlatformTrust.Options(name, PlatformTrust.Load(Path.Combine(platform.Data, "ca.pem"))));
        Assert.Equal(SslProtocols.Tls13, stream.SslProtocol);
    }

    [Fact]
    public async Task A_head_or_a_body_that_never_ends_is_given_up_within_its_limit()
    {
        var limit = TimeSpan.FromSeconds(30);
        await Task.WhenAll(
            ClosesWithinAsync(limit, "GET / HTTP/1.1\r\nHost: a\r\nX-Slow: "),
            ClosesWithinAsync(limit, "POST /api/agent/metrics HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer x\r\nX-Timestamp: 1712150400\r\n"
                + $"X-Signature: {new string('0', 64)}\r\nContent-Length: 100\r\n\r\n{{"));
    }

    [Fact]
    public async Task A_head_of_too_many_or_too_long_headers_is_refused()
    {
        foreach (var headers in (
            string[])[string.Concat(Enumerable.Range(0, 100).Select(i => $"X-{i}: a\r\n")), $"X-Long: {new string('a', 20_000)}\r\n"])
        {
            await using var wire = await platform.ConnectAsync();
            await wire.SendAsync(Encoding.ASCII.GetBytes($"GET /api/session HTTP/1.1\r\nHost: a\r\n{headers}\r\n"));
            Assert.Equal(431, (await wire.ReadAnswerAsync())!.Status);
        }
    }

    [Fact]
    public async Task HTTP2_is_spoken()
    {
        using var client = platform.NewHttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri("/nothing", UriKind.Relative))
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
        using var answer = await client.SendAsync(request);
        await Framed.AssertProblemAsync(answer, HttpStatusCode.NotFound, "not-found");
    }

    private async Task ClosesWithinAsync(TimeSpan limit, string sent)
    {
        await using var wire = await platform.ConnectAsync();
        await wire.SendAsync(Encoding.ASCII.GetBytes(sent));
        using var deadline = new CancellationTokenSource(limit);
        try
        {
            var answer = await wire.ReadAnswerAsync(deadline.Token);
            Assert.True(answer is null or { Status: 408 }, $"It answered {answer?.Status}.");
        }
        catch (IOException)
        {
            // Reset: closed as well.
        }
    }

    private static async Task<byte[]> ReadToEndAsync(NetworkStream stream)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        using var read = new MemoryStream();
        try
        {
            await stream.CopyToAsync(read, deadline.Token);
        }
        catch (IOException)
        {
            // Reset by the other side: what was read until then counts.
        }
        return read.ToArray();
    }
}
