using System.Net;
using System.Net.Http.Headers;
using System.Text;
using HostAtlas.Gateway.Tests.Hosting;
using HostAtlas.Gateway.Tests.Ingest.Backups;
using HostAtlas.TestSupport;
using static HostAtlas.Gateway.Tests.Ingest.Backups.BackupClient;

namespace HostAtlas.Gateway.Tests.Vault;

/// <summary>PUT and GET by ticket over real TLS: what passes, and what does not.</summary>
[Collection(nameof(PlatformCollection))]
public sealed class VaultDoorTests(TestPlatform platform) : IDisposable
{
    private readonly HttpClient _http = platform.NewHttpClient();

    public void Dispose() => _http.Dispose();

    [Fact]
    public async Task A_ticket_is_good_for_its_object_once()
    {
        var (agent, one) = (await NewAgentAsync(), NewObject());
        var url = await agent.TicketAsync(one);
        Assert.StartsWith(platform.Url + "vault/", url, StringComparison.Ordinal);
        using var put = await agent.PutAsync(url, one.Bytes);
        Assert.Equal(HttpStatusCode.Created, put.StatusCode);
        Framed.AssertFramed(put);
        Assert.Equal("no-store", put.Headers.CacheControl?.ToString());
        Assert.False(put.Headers.Contains("Set-Cookie"));
        using var again = await agent.PutAsync(url, one.Bytes);
        await Framed.AssertProblemAsync(again, HttpStatusCode.Conflict, "conflict");
        using var other = await agent.PutAsync(url, NewObject().Bytes);
        await Framed.AssertProblemAsync(other, HttpStatusCode.Conflict, "conflict");
    }

    [Fact]
    public async Task Other_bytes_than_announced_are_not_taken_and_the_right_ones_still_are()
    {
        var (agent, one) = (await NewAgentAsync(), NewObject());
        var url = await agent.TicketAsync(one);
        foreach (var wrong in (byte[][])[one.Bytes[..^1], [.. one.Bytes, 0], NewObject().Bytes, []])
        {
            using var put = await agent.PutAsync(url, wrong);
            await Framed.AssertProblemAsync(put, HttpStatusCode.UnprocessableEntity, "invalid-content");
            using var chunked = await _http.SendAsync(new HttpRequestMessage(HttpMethod.Put, url)
            {
                Content = new StreamContent(new Unsized(wrong)),
                Headers = { TransferEncodingChunked = true },
            });
            await Framed.AssertProblemAsync(chunked, HttpStatusCode.UnprocessableEntity, "invalid-content");
        }
        var zipped = new ByteArrayContent(one.Bytes);
        zipped.Headers.ContentEncoding.Add("gzip");
        using var encoded = await _http.PutAsync(new Uri(url), zipped);
        await Framed.AssertProblemAsync(encoded, HttpStatusCode.UnsupportedMediaType, "unsupported-encoding");
        using var right = await _http.SendAsync(new HttpRequestMessage(HttpMethod.Put, url)
        {
            Content = new StreamContent(new Unsized(one.Bytes)),
            Headers = { TransferEncodingChunked = true },
        });
        Assert.Equal(HttpStatusCode.Created, right.StatusCode);
        Assert.Empty(Directory.GetFiles(Path.Combine(platform.Data, "incoming")));
    }

    [Fact]
    public async Task A_ticket_opens_nothing_else_under_any_spelling()
    {
        var (agent, stranger) = (await NewAgentAsync(), await NewAgentAsync());
        var (one, theirs) = (NewObject(), NewObject());
        var (url, foreign) = (new Uri(await agent.TicketAsync(one)), new Uri(await stranger.TicketAsync(theirs)));
        var (path, query) = (url.AbsolutePath, url.Query);
        var parts = path.Split('/');
        (string Target, int Status)[] attempts =
        [
            (foreign.AbsolutePath + query, 401), (path + foreign.Query, 401), (path, 401), (path + "?", 401),
            (path.Replace(parts[2], foreign.AbsolutePath.Split('/')[2], StringComparison.Ordinal) + query, 401),
            (path.Replace(parts[3], foreign.AbsolutePath.Split('/')[3], StringComparison.Ordinal) + query, 401),
            (path.Replace("packs", "indexes", StringComparison.Ordinal) + query, 401),
            (path + query + "0", 401), (path + query.Replace("size=5000", "size=5001", StringComparison.Ordinal), 401),
            (path + query.Replace("expires=1", "expires=2", StringComparison.Ordinal), 401), (path + query + "&more=1", 401),
            (path + "/" + query, 404), (path.ToUpperInvariant() + query, 404), ("/" + path + query, 404),
            (path.Replace("packs/", "packs//", StringComparison.Ordinal) + query, 404),
            (path.Replace("packs/", "packs/../packs/", StringComparison.Ordinal) + query, 404),
            (path.Replace("packs/", "packs/%2e%2e/packs/", StringComparison.Ordinal) + query, 404),
            (path.Replace("packs/", "packs%2f", StringComparison.Ordinal) + query, 404),
            (path.Replace("packs", "%70acks", StringComparison.Ordinal) + query, 404),
            (path.Replace("/vault/", "/Vault/", StringComparison.Ordinal) + query, 404),
            (path.Replace("/vault/", "/%76ault/", StringComparison.Ordinal) + query, 404),
            (path.Replace("/vault/", "/vault/./", StringComparison.Ordinal) + query, 404),
            ("/vault/../root.key" + query, 404), ("/vault/%2e%2e/root.key" + query, 404), ("/vault" + query, 404), ("/vault/" + query, 404),
        ];
        foreach (var (target, status) in attempts)
        {
            await using var wire = await platform.ConnectAsync();
            await wire.SendAsync((byte[])[.. Encoding.ASCII.GetBytes(
                $"PUT {target} HTTP/1.1\r\nHost: {platform.Url.Authority}\r\nContent-Length: {one.Bytes.Length}\r\n\r\n"), .. one.Bytes]);
            var answer = await wire.ReadAnswerAsync();
            Assert.True(answer!.Status == status, $"{target}: {answer.Status} {answer.Text}");
        }
        using var wrongMethod = await _http.GetAsync(url);
        await Framed.AssertProblemAsync(wrongMethod, HttpStatusCode.Unauthorized, "credentials-rejected");
        using var delete = await _http.DeleteAsync(url);
        await Framed.AssertProblemAsync(delete, HttpStatusCode.MethodNotAllowed, "method-not-allowed");
        Assert.Equal(["GET", "PUT"], delete.Content.Headers.Allow);
        // In the absolute form, as a proxy sends it, it is the same request.
        await using var proxied = await platform.ConnectAsync();
        await proxied.SendAsync((byte[])[.. Encoding.ASCII.GetBytes(
            $"PUT {url} HTTP/1.1\r\nHost: {platform.Url.Authority}\r\nContent-Length: {one.Bytes.Length}\r\n\r\n"), .. one.Bytes]);
        Assert.Equal(201, (await proxied.ReadAnswerAsync())!.Status);
    }

    [Fact]
    public async Task Too_large_is_answered_before_the_body_and_without_a_ticket()
    {
        await using var wire = await platform.ConnectAsync();
        var path = $"/vault/{NewId()}/{NewId()}/packs/{NewId()}";
        await wire.SendAsync(Encoding.ASCII.GetBytes($"PUT {path} HTTP/1.1\r\nHost: a\r\nContent-Length: 33554433\r\n\r\n"));
        Assert.Equal(413, (await wire.ReadAnswerAsync())!.Status);
        using var noTicket = await _http.PutAsync(new Uri(path, UriKind.Relative), new ByteArrayContent([1]));
        await Framed.AssertProblemAsync(noTicket, HttpStatusCode.Unauthorized, "credentials-rejected");
    }

    [Fact]
    public async Task The_largest_object_goes_in_and_comes_back_whole_and_in_ranges()
    {
        var (agent, large) = (await NewAgentAsync(), NewObject(length: 32 << 20));
        using (var put = await agent.PutAsync(await agent.TicketAsync(large), large.Bytes))
            Assert.Equal(HttpStatusCode.Created, put.StatusCode);
        var downloads = await agent.ExpectAsync(HttpStatusCode.OK, "downloads", new { objects = new[] { large.Name } });
        var url = new Uri(UrlOf(downloads, large.Name));
        Assert.Equal(large.Bytes, await _http.GetByteArrayAsync(url));
        using var part = await GetAsync(url, new RangeHeaderValue(88 + 16400, 88 + (3 * 16400) - 1));
        Assert.Equal(HttpStatusCode.PartialContent, part.StatusCode);
        Framed.AssertFramed(part);
        Assert.Equal("bytes 16488-49287/33554432", part.Content.Headers.ContentRange?.ToString());
        Assert.Equal(large.Bytes[16488..49288], await part.Content.ReadAsByteArrayAsync());
        using var beyond = await GetAsync(url, new RangeHeaderValue(33554432, null));
        Assert.Equal((HttpStatusCode.RequestedRangeNotSatisfiable, "bytes */33554432"),
            (beyond.StatusCode, beyond.Content.Headers.ContentRange?.ToString()));
    }

    [Fact]
    public async Task A_sender_that_breaks_off_leaves_nothing_and_comes_again()
    {
        var (agent, one) = (await NewAgentAsync(), NewObject(length: 200_000));
        var url = new Uri(await agent.TicketAsync(one));
        await using (var wire = await platform.ConnectAsync())
        {
            await wire.SendAsync((byte[])[.. Encoding.ASCII.GetBytes(
                $"PUT {url.PathAndQuery} HTTP/1.1\r\nHost: {platform.Url.Authority}\r\nContent-Length: {one.Bytes.Length}\r\n\r\n"),
                    .. one.Bytes[..100_000]]);
            var incoming = Path.Combine(platform.Data, "incoming");
            await Poll.UntilAsync("half an object", TimeSpan.FromSeconds(20), () =>
                Task.FromResult(Directory.GetFiles(incoming).Length > 0));
        }
        using var put = await agent.PutAsync(url.ToString(), one.Bytes);
        Assert.Equal(HttpStatusCode.Created, put.StatusCode);
    }

    [Fact]
    public async Task A_sender_that_stalls_is_given_up_and_leaves_nothing()
    {
        var (agent, one) = (await NewAgentAsync(), NewObject(length: 200_000));
        var url = new Uri(await agent.TicketAsync(one));
        await using var wire = await platform.ConnectAsync();
        await wire.SendAsync((byte[])[.. Encoding.ASCII.GetBytes(
            $"PUT {url.PathAndQuery} HTTP/1.1\r\nHost: {platform.Url.Authority}\r\nContent-Length: {one.Bytes.Length}\r\n\r\n"),
            1, 2, 3]);
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        try
        {
            Assert.True(await wire.ReadAnswerAsync(limit.Token) is null or { Status: 408 });
        }
        catch (IOException)
        {
            // Reset: given up as well.
        }
        var incoming = Path.Combine(platform.Data, "incoming");
        await Poll.UntilAsync(
            "what arrived to be gone", TimeSpan.FromSeconds(20), () => Task.FromResult(Directory.GetFiles(incoming).Length == 0));
    }

    private Task<HttpResponseMessage> GetAsync(Uri url, RangeHeaderValue range) =>
        _http.SendAsync(new HttpRequestMessage(HttpMethod.Get, url) { Headers = { Range = range } });

    private async Task<BackupClient> NewAgentAsync() => new(_http, await platform.NewTokenAsync());

    /// <summary>A stream that does not tell its length.</summary>
    private sealed class Unsized(byte[] bytes) : MemoryStream(bytes)
    {
        public override bool CanSeek => false;
    }
}
