using System.IO.Compression;
using System.Net;
using System.Net.Sockets;
using System.Text;
using HostAtlas.Gateway.Tests.Hosting;
using HostAtlas.TestSupport;
using HostAtlas.TestSupport.Clients;
using Microsoft.Data.Sqlite;

namespace HostAtlas.Gateway.Tests.Ingest;

[Collection(nameof(PlatformCollection))]
public sealed class AgentGateTests(TestPlatform platform) : IDisposable
{
    private readonly HttpClient _client = platform.NewHttpClient();

    public void Dispose() => _client.Dispose();

    [Fact]
    public async Task A_signed_batch_is_durable_and_counted()
    {
        var token = await platform.NewTokenAsync();
        using var answer = await _client.SendAsync(TestPlatform.Signed(token, TestPlatform.NewBatch("{\"cpu\":24.5,\"mem\":67.2}")));
        Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
        Framed.AssertFramed(answer);
        Assert.Equal("application/json", answer.Content.Headers.ContentType?.ToString());
        Assert.Equal("{\"reports\":1,\"samples\":2,\"expired\":0}", await answer.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task The_flat_form_a_gzip_body_and_HTTP2_are_taken()
    {
        var token = await platform.NewTokenAsync();
        using var flat = await _client.SendAsync(TestPlatform.Signed(token, "{\"cpu\":24.5}"u8.ToArray()));
        Assert.Equal(HttpStatusCode.Accepted, flat.StatusCode);
        var request = TestPlatform.Signed(token, Gzip(TestPlatform.NewBatch()));
        request.Content!.Headers.ContentEncoding.Add("gzip");
        (request.Version, request.VersionPolicy) = (HttpVersion.Version20, HttpVersionPolicy.RequestVersionExact);
        using var zipped = await _client.SendAsync(request);
        Assert.Equal((HttpStatusCode.Accepted, HttpVersion.Version20), (zipped.StatusCode, zipped.Version));
    }

    [Fact]
    public async Task A_replayed_request_is_refused_and_a_retry_of_the_batch_is_not()
    {
        var (token, body) = (await platform.NewTokenAsync(), TestPlatform.NewBatch());
        var at = TimeProvider.System.GetUtcNow();
        using var first = await _client.SendAsync(TestPlatform.Signed(token, body, at));
        Assert.Equal(HttpStatusCode.Accepted, first.StatusCode);
        using var replay = await _client.SendAsync(TestPlatform.Signed(token, body, at));
        await Framed.AssertProblemAsync(replay, HttpStatusCode.Conflict, "request-replayed");
        using var retry = await _client.SendAsync(TestPlatform.Signed(token, body, at.AddSeconds(-2)));
        Assert.Equal(HttpStatusCode.Accepted, retry.StatusCode);
    }

    [Fact]
    public async Task Every_wrong_credential_gets_one_and_the_same_answer()
    {
        var token = await platform.NewTokenAsync();
        var body = TestPlatform.NewBatch();
        var answers = new List<string>();
        foreach (var spoil in (Action<HttpRequestMessage>[])
        [
            request => Replace(request, "Authorization", "Bearer " + token[..^1]), // form
            request => Replace(request, "Authorization", "Bearer " + token[..^3] + "AAA"), // tag
            request => Replace(request, "Authorization", "Basic dXNlcjpwdw=="),
            request => Replace(request, "X-Signature", new string('0', 64)),
            request => request.Content = new ByteArrayContent([.. body, (byte)' ']),
            request => Replace(request, "X-Timestamp", "1712150400"), // stale too, but first of all not what was signed
        ])
        {
            var request = TestPlatform.Signed(token, body);
            spoil(request);
            answers.Add(await RejectedAsync(request));
        }
        answers.Add(await RejectedAsync(TestPlatform.Signed(await platform.NewTokenAsync(known: false), body))); // the entity's own refusal
        Assert.Single(answers.Distinct());
    }

    [Theory]
    [InlineData(-61)]
    [InlineData(61 + 2)] // The clock moves on while the request is on its way.
    [InlineData(-1_000_000)]
    public async Task A_timestamp_outside_of_the_window_is_told_the_platforms_time(int seconds)
    {
        var now = TimeProvider.System.GetUtcNow();
        var token = await platform.NewTokenAsync();
        using var answer = await _client.SendAsync(TestPlatform.Signed(token, TestPlatform.NewBatch(), now.AddSeconds(seconds)));
        var problem = await Framed.AssertProblemAsync(answer, HttpStatusCode.Unauthorized, "timestamp-outside-window");
        Assert.InRange(problem.GetProperty("serverTime").GetInt64(), now.ToUnixTimeSeconds() - 1, now.ToUnixTimeSeconds() + 10);
    }

    [Fact]
    public async Task The_first_failure_answers_in_the_order_of_the_protocol()
    {
        var token = await platform.NewTokenAsync();
        var stale = TimeProvider.System.GetUtcNow().AddHours(-1);
        // Each request has the fault of its line and all the faults of the lines below.
        var rejected = Spoilt(token, "not json"u8.ToArray(), stale, "br");
        Replace(rejected, "X-Signature", new string('0', 64));
        await ExpectAsync(rejected, HttpStatusCode.Unauthorized, "credentials-rejected");
        var malformed = Spoilt(token, "not json"u8.ToArray(), stale, "br");
        malformed.Headers.Remove("X-Signature");
        Replace(malformed, "Authorization", "Bearer x");
        await ExpectAsync(malformed, HttpStatusCode.BadRequest, "malformed-request");
        await ExpectAsync(new HttpRequestMessage(HttpMethod.Post, new Uri("/api/agent/metrics", UriKind.Relative))
        {
            Content = new ByteArrayContent(new byte[1024 * 1024 + 1]),
        }, HttpStatusCode.RequestEntityTooLarge, "too-large");
        await ExpectAsync(new HttpRequestMessage(HttpMethod.Put, new Uri("/api/agent/metrics", UriKind.Relative))
        {
            Content = new ByteArrayContent(new byte[1024 * 1024 + 1]),
        }, HttpStatusCode.MethodNotAllowed, "method-not-allowed");
        await ExpectAsync(Spoilt(token, "not json"u8.ToArray(), stale, "br"), HttpStatusCode.Unauthorized, "timestamp-outside-window");
        await ExpectAsync(Spoilt(token, "not json"u8.ToArray(), null, "br"), HttpStatusCode.UnsupportedMediaType, "unsupported-encoding");
        await ExpectAsync(Spoilt(token, "not json"u8.ToArray(), null, null), HttpStatusCode.BadRequest, "malformed-request");
        await ExpectAsync(Spoilt(token, "not gzip"u8.ToArray(), null, "gzip"), HttpStatusCode.BadRequest, "malformed-request");
        // Content comes before the entity: a token that is not known there, and content that cannot be taken.
        var unknown = await platform.NewTokenAsync(known: false);
        await ExpectAsync(Spoilt(unknown, "{\"CPU\":1}"u8.ToArray(), null, null), HttpStatusCode.UnprocessableEntity, "invalid-content");
    }

    [Fact]
    public async Task A_gzip_bomb_is_given_up()
    {
        var bomb = Gzip(new byte[64 * 1024 * 1024]);
        Assert.True(bomb.Length < 1024 * 1024);
        await ExpectAsync(Spoilt(await platform.NewTokenAsync(), bomb, null, "gzip"), HttpStatusCode.RequestEntityTooLarge, "too-large");
    }

    [Fact]
    public async Task Content_that_cannot_be_taken_is_pointed_to()
    {
        var token = await platform.NewTokenAsync();
        using var answer = await _client.SendAsync(TestPlatform.Signed(token, TestPlatform.NewBatch("{\"cpu\":null,\"CPU\":1}")));
        var problem = await Framed.AssertProblemAsync(answer, HttpStatusCode.UnprocessableEntity, "invalid-content");
        Assert.Equal("/reports/0/values/cpu", problem.GetProperty("errors")[0].GetProperty("pointer").GetString());
        var ahead = TimeProvider.System.GetUtcNow().AddMinutes(11).ToUnixTimeMilliseconds();
        var future = $"{{\"batch\":\"0b9c2d4e-7f81-4a36-b5d2-e8c4f1a09375\",\"reports\":[{{\"at\":{ahead},\"values\":{{\"a\":1}}}}]}}";
        using var second = await _client.SendAsync(TestPlatform.Signed(token, Encoding.UTF8.GetBytes(future)));
        problem = await Framed.AssertProblemAsync(second, HttpStatusCode.UnprocessableEntity, "invalid-content");
        Assert.Equal("/reports/0/at", problem.GetProperty("errors")[0].GetProperty("pointer").GetString());
    }

    [Theory]
    [InlineData("/api/agent/Metrics")]
    [InlineData("/API/agent/metrics")]
    [InlineData("/api/agent/metrics/")]
    [InlineData("/api/agent/%6Detrics")]
    [InlineData("/api/agent//metrics")]
    [InlineData("/api/agent")]
    [InlineData("/api/agent/nothing")]
    public async Task Another_spelling_of_the_path_is_another_path(string path)
    {
        await using var wire = await platform.ConnectAsync();
        var server = new WatchedServer("", await platform.NewTokenAsync());
        await wire.SendAsync(server.SignedRequest(platform.Url.Authority, path, TimeProvider.System.GetUtcNow(), TestPlatform.NewBatch()));
        var answer = await wire.ReadAnswerAsync();
        Assert.Equal(404, answer!.Status);
        Assert.Contains("urn:hostatlas:problem:not-found", answer.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_query_is_not_part_of_what_is_signed()
    {
        var token = await platform.NewTokenAsync();
        var request = TestPlatform.Signed(token, TestPlatform.NewBatch());
        request.RequestUri = new Uri("/api/agent/metrics?via=proxy", UriKind.Relative);
        using var answer = await _client.SendAsync(request);
        Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
    }

    [Fact]
    public async Task Too_large_is_answered_without_waiting_for_the_body()
    {
        await using var wire = await platform.ConnectAsync();
        await wire.SendAsync(Encoding.ASCII.GetBytes("POST /api/agent/metrics HTTP/1.1\r\nHost: a\r\nContent-Length: 9000000000\r\n\r\n"));
        Assert.Equal(413, (await wire.ReadAnswerAsync())!.Status);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Whoever_sends_too_much_without_saying_so_still_reads_the_answer(bool known)
    {
        await using var wire = await platform.ConnectAsync();
        var token = known ? await platform.NewTokenAsync() : "hat_made_up";
        await wire.SendAsync(Encoding.ASCII.GetBytes(
            $"POST /api/agent/metrics HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {token}\r\nX-Timestamp: 1712150400\r\n"
            + $"X-Signature: {new string('0', 64)}\r\n"
            + "Transfer-Encoding: chunked\r\n\r\n"));
        for (var i = 0; i < 48; i++) await wire.SendAsync((byte[])[.. "8000\r\n"u8, .. new byte[0x8000], .. "\r\n"u8]);
        await wire.SendAsync("0\r\n\r\n"u8.ToArray());
        var answer = await wire.ReadAnswerAsync();
        Assert.Equal(413, answer!.Status);
        Assert.Contains("urn:hostatlas:problem:too-large", answer.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_address_that_failed_too_often_is_told_to_wait_and_its_valid_tokens_and_other_addresses_are_unhurt()
    {
        using var neighbour = NewClientFrom(IPAddress.Parse("127.0.0.2"));
        var token = await platform.NewTokenAsync();
        var madeUp = string.Concat("hat_", new string('A', 107));
        HttpResponseMessage answer;
        var rejected = 0;
        while ((answer = await neighbour.SendAsync(TestPlatform.Signed(madeUp, "{}"u8.ToArray())))
            .StatusCode == HttpStatusCode.Unauthorized)
        {
            Assert.True(++rejected < 5_000);
            answer.Dispose();
        }
        Assert.InRange(rejected, 1_000, 4_999);
        await Framed.AssertProblemAsync(answer, HttpStatusCode.TooManyRequests, "rate-limited");
        Assert.Equal(TimeSpan.FromSeconds(1), answer.Headers.RetryAfter!.Delta);
        answer.Dispose();
        using var valid = await neighbour.SendAsync(TestPlatform.Signed(token, TestPlatform.NewBatch()));
        Assert.Equal(HttpStatusCode.Accepted, valid.StatusCode);
        await ExpectAsync(TestPlatform.Signed(madeUp, "{}"u8.ToArray()), HttpStatusCode.Unauthorized, "credentials-rejected");
    }

    [Fact]
    public async Task A_store_that_is_away_is_busy_with_a_time_to_come_again_and_nothing_is_lost()
    {
        var own = new TestPlatform { StoreGivesUpAfter = TimeSpan.FromMilliseconds(200) };
        await own.InitializeAsync();
        try
        {
            using var client = own.NewHttpClient();
            var (token, body) = (await own.NewTokenAsync(), TestPlatform.NewBatch());
            await using (var other = new SqliteConnection($"Data Source={Path.Combine(own.Data, "data.db")};Pooling=False"))
            {
                await other.OpenAsync();
                await using var hold = other.CreateCommand();
                hold.CommandText = "BEGIN EXCLUSIVE";
                await hold.ExecuteNonQueryAsync();
                using var busy = await client.SendAsync(TestPlatform.Signed(token, body));
                await Framed.AssertProblemAsync(busy, HttpStatusCode.ServiceUnavailable, "engine-busy");
                Assert.True(busy.Headers.RetryAfter!.Delta > TimeSpan.Zero);
            }
            await Poll.UntilAsync("the store's return", TimeSpan.FromSeconds(20), async () =>
            {
                using var retry = await client.SendAsync(TestPlatform.Signed(token, body));
                return retry.StatusCode is HttpStatusCode.Accepted;
            });
        }
        finally
        {
            await own.DisposeAsync();
        }
    }

    // Loopback is a whole network: another address of it is another sender.
    private HttpClient NewClientFrom(IPAddress address) => new(new SocketsHttpHandler
    {
        SslOptions = PlatformTrust.Options(platform.Url.Host, PlatformTrust.Load(Path.Combine(platform.Data, "ca.pem"))),
        ConnectCallback = async (context, cancellation) =>
        {
            var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            socket.Bind(new IPEndPoint(address, 0));
            await socket.ConnectAsync(context.DnsEndPoint, cancellation);
            return new NetworkStream(socket, ownsSocket: true);
        },
    }, disposeHandler: true)
    { BaseAddress = platform.Url };

    private static HttpRequestMessage Spoilt(string token, byte[] body, DateTimeOffset? at, string? encoding)
    {
        var request = TestPlatform.Signed(token, body, at);
        if (encoding is not null) request.Content!.Headers.ContentEncoding.Add(encoding);
        return request;
    }

    private static void Replace(HttpRequestMessage request, string header, string value)
    {
        request.Headers.Remove(header);
        request.Headers.TryAddWithoutValidation(header, value);
    }

    private static byte[] Gzip(byte[] bytes)
    {
        using var target = new MemoryStream();
        using (var gzip = new GZipStream(target, CompressionLevel.Optimal)) gzip.Write(bytes);
        return target.ToArray();
    }

    private async Task<string> RejectedAsync(HttpRequestMessage request)
    {
        using var answer = await _client.SendAsync(request);
        await Framed.AssertProblemAsync(answer, HttpStatusCode.Unauthorized, "credentials-rejected");
        string[] varying = ["X-Request-Id", "Date"];
        var headers = answer.Headers.Where(header => !varying.Contains(header.Key, StringComparer.OrdinalIgnoreCase))
            .Select(header => $"{header.Key}: {string.Join(',', header.Value)}");
        return string.Join('\n', [.. headers, await answer.Content.ReadAsStringAsync()]);
    }

    private async Task ExpectAsync(HttpRequestMessage request, HttpStatusCode status, string slug)
    {
        using var answer = await _client.SendAsync(request);
        await Framed.AssertProblemAsync(answer, status, slug);
        request.Dispose();
    }
}
