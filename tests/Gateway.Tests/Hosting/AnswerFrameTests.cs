using System.Net;
using System.Text;
using HostAtlas.Gateway.Hosting;
using HostAtlas.TestSupport;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace HostAtlas.Gateway.Tests.Hosting;

[Collection(nameof(PlatformCollection))]
public sealed class AnswerFrameTests(TestPlatform platform) : IDisposable
{
    private readonly HttpClient _client = platform.NewHttpClient();

    public void Dispose() => _client.Dispose();

    [Theory]
    [InlineData("GET", "/", 200)]
    [InlineData("HEAD", "/", 200)]
    [InlineData("GET", "/api/session", 401)]
    [InlineData("GET", "/api/servers", 401)]
    [InlineData("GET", "/nothing", 404)]
    [InlineData("GET", "/api", 404)]
    [InlineData("GET", "/api/nothing", 404)]
    [InlineData("POST", "/", 405)]
    [InlineData("DELETE", "/api/setup", 405)]
    [InlineData("OPTIONS", "/api/servers", 405)]
    [InlineData("TRACE", "/api/servers", 405)]
    [InlineData("GET", "/api/agent/metrics", 405)]
    [InlineData("POST", "/api/agent/metrics", 400)]
    [InlineData("POST", "/api/setup", 403)]
    public async Task Every_answer_is_framed(string method, string path, int status)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), new Uri(path, UriKind.Relative));
        using var answer = await _client.SendAsync(request);
        Assert.Equal(status, (int)answer.StatusCode);
        Framed.AssertFramed(answer);
        if (status == 405) Assert.NotEmpty(answer.Content.Headers.Allow);
        if (status is 404 or 405 && method != "HEAD")
            await Framed.AssertProblemAsync(answer, answer.StatusCode, status == 404 ? "not-found" : "method-not-allowed");
    }

    [Fact]
    public async Task Each_answer_has_an_id_of_its_own()
    {
        using var one = await _client.GetAsync(new Uri("/nothing", UriKind.Relative));
        using var other = await _client.GetAsync(new Uri("/nothing", UriKind.Relative));
        Assert.NotEqual(one.Headers.GetValues("X-Request-Id"), other.Headers.GetValues("X-Request-Id"));
    }

    [Theory]
    [InlineData(900 * 1024, false, 422)] // Read whole, and not what is expected there.
    [InlineData(900 * 1024, true, 422)]
    [InlineData((1024 * 1024) + 1, false, 413)]
    [InlineData(3 * 1024 * 1024, true, 413)]
    public async Task A_large_body_is_read_or_refused_and_never_waited_for(int bytes, bool chunked, int status)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri("/api/setup", UriKind.Relative))
        {
            Content = new StringContent($"{{\"pad\":\"{new string('x', bytes - 10)}\"}}", Encoding.UTF8, "application/json"),
        };
        request.Headers.TransferEncodingChunked = chunked;
        request.Headers.Add("Sec-Fetch-Site", "same-origin");
        using var answer = await _client.SendAsync(request);
        await Framed.AssertProblemAsync(answer, (HttpStatusCode)status, status == 413 ? "too-large" : "invalid-content");
    }

    [Fact]
    public async Task A_failure_is_a_problem_that_tells_a_stranger_nothing()
    {
        var (http, body) = NewContext();
        var frame = new AnswerFrame(_ => throw new InvalidOperationException("the secret reason"), NullLogger<AnswerFrame>.Instance);
        http.Response.Headers.SetCookie = "half=done";
        await frame.InvokeAsync(http);
        Assert.Equal(500, http.Response.StatusCode);
        var text = Encoding.UTF8.GetString(body.ToArray());
        Assert.Contains("urn:hostatlas:problem:internal", text, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", text, StringComparison.Ordinal);
        Assert.Equal("DENY", http.Response.Headers.XFrameOptions);
        Assert.Equal("no-store", http.Response.Headers.CacheControl);
        Assert.Empty(http.Response.Headers.SetCookie.ToArray());
    }

    [Fact]
    public async Task What_an_endpoint_answered_is_left_as_it_is()
    {
        var (http, body) = NewContext();
        await new AnswerFrame(async context =>
        {
            context.Response.StatusCode = 404;
            context.Response.ContentType = "text/plain";
            await context.Response.WriteAsync("mine");
        }, NullLogger<AnswerFrame>.Instance).InvokeAsync(http);
        Assert.Equal("mine", Encoding.UTF8.GetString(body.ToArray()));
    }

    private static (HttpContext Http, MemoryStream Body) NewContext()
    {
        var body = new MemoryStream();
        var services = new ServiceCollection().AddSingleton<TimeProvider>(new ManualTime(DateTimeOffset.UnixEpoch)).BuildServiceProvider();
        var http = new DefaultHttpContext { RequestServices = services, Request = { Path = "/api/x" }, Response = { Body = body } };
        return (http, body);
    }
}
