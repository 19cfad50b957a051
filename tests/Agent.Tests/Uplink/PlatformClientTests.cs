using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using HostAtlas.Agent.Spool;
using HostAtlas.Agent.Tests.Platform;
using HostAtlas.Agent.Uplink;
using HostAtlas.Shared.Wire;
using HostAtlas.TestSupport;

namespace HostAtlas.Agent.Tests.Uplink;

public sealed class PlatformClientTests : IDisposable
{
    private static readonly Guid Batch = BatchId.Draw();
    private readonly TempFolder _folder = new();
    private readonly TestAuthority _authority = new();

    [Fact]
    public async Task A_batch_arrives_signed_and_is_acknowledged()
    {
        await using var platform = await StartAsync(_authority.Sign());
        var answer = await PostAsync(platform.Url, reports: 2);
        Assert.Equal(202, answer.Status);
        Assert.Equal(2, platform.Stored.Count);
        Assert.InRange(answer.ClockReading!.Value.TotalSeconds, -2, 2);
    }

    [Fact]
    public async Task A_large_batch_is_compressed_and_signed_as_sent()
    {
        await using var platform = await StartAsync(_authority.Sign());
        string? encoding = null;
        platform.Scripted.Enqueue(context =>
        {
            encoding = context.Request.Headers.ContentEncoding;
            return Task.FromResult(false);
        });
        Assert.Equal(202, (await PostAsync(platform.Url, reports: 200)).Status);
        Assert.Equal("gzip", encoding);
        Assert.Equal(200, platform.Stored.Count);
    }

    [Theory]
    [InlineData("untrusted", "certificate-untrusted", "--ca FILE")]
    [InlineData("other-authority", "certificate-untrusted", "ca.pem")]
    [InlineData("name", "certificate-name", "--url")]
    [InlineData("expired", "certificate-time", "clock")]
    [InlineData("not-yet", "certificate-time", "clock")]
    public async Task A_certificate_that_is_wrong_stops_everything_before_a_byte_is_sent(string what, string code, string hint)
    {
        var certificate = what switch
        {
            "name" => _authority.Sign("atlas.example.net"),
            "expired" => _authority.Sign(fromDays: -20, toDays: -1),
            "not-yet" => _authority.Sign(fromDays: 2),
            _ => _authority.Sign(),
        };
        await using var platform = await StartAsync(certificate);
        var ca = what == "untrusted" ? null : what == "other-authority" ? Ca(new TestAuthority()) : Ca(_authority);
        var fault = await FaultAsync(() => PostAsync(platform.Url, ca: ca));
        Assert.Equal(code, fault.Code);
        Assert.Contains(hint, fault.NextStep, StringComparison.Ordinal);
        Assert.Equal(0, platform.Requests);
    }

    [Fact]
    public async Task A_self_made_certificate_with_the_right_name_is_not_enough()
    {
        using var key = System.Security.Cryptography.ECDsa.Create();
        var request = new CertificateRequest("CN=127.0.0.1", key, System.Security.Cryptography.HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(System.Net.IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        var now = TimeProvider.System.GetUtcNow();
        await using var platform = await StartAsync(request.CreateSelfSigned(now.AddDays(-1), now.AddDays(1)));
        Assert.Equal("certificate-untrusted", (await FaultAsync(() => PostAsync(platform.Url))).Code);
        Assert.Equal(0, platform.Requests);
    }

    [Fact]
    public async Task A_server_that_knows_only_TLS_1_2_is_refused_and_gets_nothing()
    {
#pragma warning disable CA5398 // The old version is the point.
        await using var platform = await TestPlatform.StartAsync(_authority.Sign(), SslProtocols.Tls12);
#pragma warning restore CA5398
        var fault = await FaultAsync(() => PostAsync(platform.Url));
        Assert.Equal("tls-version", fault.Code);
        Assert.Equal(0, platform.Requests);
    }

    [Fact]
    public async Task What_is_no_TLS_at_all_is_said_plainly()
    {
        using var listener = new TcpListener(System.Net.IPAddress.Loopback, 0);
        listener.Start();
        var port = ((System.Net.IPEndPoint)listener.LocalEndpoint).Port;
        var answering = Task.Run(async () =>
        {
            using var client = await listener.AcceptTcpClientAsync();
            await client.GetStream().WriteAsync("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n"u8.ToArray());
        });
        Assert.Equal("tls-failed", (await FaultAsync(() => PostAsync(new Uri($"https://127.0.0.1:{port}")))).Code);
        await answering;
    }

    [Fact]
    public async Task A_port_where_nobody_listens_and_a_name_that_nobody_knows_are_named()
    {
        Assert.Equal("connection-refused", (await FaultAsync(() => PostAsync(new Uri($"https://127.0.0.1:{FreePort.Next()}")))).Code);
        Assert.Equal("name-not-found", (await FaultAsync(() => PostAsync(new Uri("https://atlas.invalid")))).Code);
    }

    [Fact]
    public async Task A_connection_that_is_gone_as_soon_as_it_is_there_is_a_fault_like_any_other()
    {
        using var listener = new TcpListener(System.Net.IPAddress.Loopback, 0);
        listener.Start();
        var url = new Uri($"https://127.0.0.1:{((System.Net.IPEndPoint)listener.LocalEndpoint).Port}");
        using var stop = new CancellationTokenSource();
        var resetting = Task.Run(async () =>
        {
            while (!stop.IsCancellationRequested)
            {
                using var client = await listener.AcceptSocketAsync(stop.Token);
                client.LingerState = new LingerOption(true, 0);
            }
        });
        // When it is gone is the kernel's to say: sometimes before the client looks at it for the first time.
        for (var i = 0; i < 200; i++) Assert.NotEmpty((await FaultAsync(() => PostAsync(url))).Code);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => resetting);
    }

    [Fact]
    public async Task A_proxy_carries_the_connection_and_sees_no_credential()
    {
        await using var platform = await StartAsync(_authority.Sign());
        await using var proxy = new TestProxy();
        var withPassword = new UriBuilder(proxy.Url) { UserName = "user", Password = "word" }.Uri;
        Assert.Equal(202, (await PostAsync(platform.Url, proxy: withPassword)).Status);
        var head = Assert.Single(proxy.Heads);
        Assert.StartsWith($"CONNECT {platform.Url.Authority} ", head, StringComparison.Ordinal);
        Assert.DoesNotContain("hat_", head, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_proxy_that_refuses_is_told_from_a_platform_that_does()
    {
        await using var platform = await StartAsync(_authority.Sign());
        await using var proxy = new TestProxy { Refuses = true };
        Assert.Equal("proxy-refused", (await FaultAsync(() => PostAsync(platform.Url, proxy: proxy.Url))).Code);
        Assert.Equal(0, platform.Requests);
    }

    [Fact]
    public async Task A_redirect_is_an_answer_and_not_followed()
    {
        await using var elsewhere = await StartAsync(_authority.Sign());
        await using var platform = await StartAsync(_authority.Sign());
        platform.Scripted.Enqueue(context =>
        {
            context.Response.StatusCode = 307;
            context.Response.Headers.Location = new Uri(elsewhere.Url, TestPlatform.Path).ToString();
            return Task.FromResult(true);
        });
        Assert.Equal(307, (await PostAsync(platform.Url)).Status);
        Assert.Equal(0, elsewhere.Requests);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task An_answer_without_end_is_cut_off_at_64_KiB(bool declared)
    {
        await using var platform = await StartAsync(_authority.Sign());
        platform.Scripted.Enqueue(async context =>
        {
            context.Response.StatusCode = 202;
            if (declared) context.Response.ContentLength = 1L << 30;
            var junk = new byte[16 << 10];
            try
            {
                while (!context.RequestAborted.IsCancellationRequested) await context.Response.Body.WriteAsync(junk,
                    context.RequestAborted);
            }
            catch (OperationCanceledException)
            {
                return true;
            }
            return true;
        });
        Assert.Equal("answer-too-large", (await FaultAsync(() => PostAsync(platform.Url))).Code);
    }

    [Theory]
    [InlineData("")]
    [InlineData("<html>no</html>")]
    [InlineData("null")]
    [InlineData("{\"type\":null,\"title\":null,\"status\":401,\"errors\":[null]}")]
    public async Task An_answer_that_is_no_problem_document_is_known_by_its_status(string body)
    {
        await using var platform = await StartAsync(_authority.Sign());
        platform.Scripted.Enqueue(async context =>
        {
            context.Response.StatusCode = 401;
            await context.Response.Body.WriteAsync(Encoding.UTF8.GetBytes(body));
            return true;
        });
        var answer = await PostAsync(platform.Url);
        Assert.Equal((401, null), (answer.Status, answer.Slug));
    }

    [Fact]
    public async Task The_platforms_words_are_cut_to_one_line()
    {
        await using var platform = await StartAsync(_authority.Sign());
        platform.Scripted.Enqueue(async context =>
        {
            context.Response.StatusCode = 422;
            context.Response.Headers.RetryAfter = "7";
            await context.Response.Body.WriteAsync(Encoding.UTF8.GetBytes(
                "{\"type\":\"urn:hostatlas:problem:invalid-content\",\"title\":\"t\",\"status\":422,\"detail\":\"a\\n\\u001b[31mb"
                + new string('x', 1000) + "\"}"));
            return true;
        });
        var answer = await PostAsync(platform.Url);
        Assert.Equal(ProblemSlug.InvalidContent, answer.Slug);
        Assert.Equal(300, answer.Detail.Length);
        Assert.DoesNotContain(answer.Detail, char.IsControl);
        Assert.Equal(TimeSpan.FromSeconds(7), answer.RetryAfter);
    }

    public void Dispose() => _folder.Dispose();

    private static async Task<UplinkFault> FaultAsync(Func<Task<PlatformAnswer>> request)
    {
        var exception = await Assert.ThrowsAsync<ConnectionFaultException>(request);
        // The exception ends in logs: no token may be in it, nor in what it was caused by.
        Assert.DoesNotContain("hat_", exception.ToString(), StringComparison.Ordinal);
        return exception.Fault;
    }

    private static async Task<TestPlatform> StartAsync(X509Certificate2 certificate)
    {
        var platform = await TestPlatform.StartAsync(certificate);
        platform.Tokens[TestTokens.Agent()] = true;
        return platform;
    }

    private string Ca(TestAuthority authority)
    {
        var path = _folder.File($"{BatchId.Draw()}.pem");
        File.WriteAllText(path, authority.Pem);
        return path;
    }

    private Task<PlatformAnswer> PostAsync(Uri url, int reports = 1, Uri? proxy = null) => PostAsync(url, Ca(_authority), reports, proxy);

    private static async Task<PlatformAnswer> PostAsync(Uri url, string? ca, int reports = 1, Uri? proxy = null)
    {
        using var client = new PlatformClient(url, TlsTrust.TryLoad(ca, out _)!, proxy, TimeProvider.System);
        var records = Enumerable.Range(1, reports)
            .Select(i => new SpoolRecord(i, i, Encoding.UTF8.GetBytes($"{{\"at\":{i},\"values\":{{\"cpu.usage\":{i}}}}}"), 0)).ToList();
        return await client.PostBatchAsync(TestTokens.Parsed(), BatchKind.Metrics, Batch, records, TimeSpan.Zero, CancellationToken.None);
    }
}
