using System.Text.Json;
using HostAtlas.Engine;
using HostAtlas.Gateway.Problems;
using HostAtlas.Shared.Wire;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace HostAtlas.Gateway.Tests.Problems;

public sealed class ProblemWriterTests
{
    [Theory]
    [InlineData("rate-limited")]
    [InlineData("engine-busy")]
    public async Task Too_many_and_busy_always_say_when_to_come_again(string slug)
    {
        var (http, _) = await WriteAsync(slug);
        Assert.True(int.Parse(http.Response.Headers.RetryAfter.ToString(), System.Globalization.CultureInfo.InvariantCulture) > 0);
    }

    [Fact]
    public async Task A_stale_timestamp_is_told_the_platforms_time()
    {
        var (_, problem) = await WriteAsync(ProblemSlug.TimestampOutsideWindow);
        Assert.Equal(1712150400, problem.GetProperty("serverTime").GetInt64());
    }

    [Fact]
    public async Task Only_what_the_contract_names_is_written()
    {
        var (http, problem) = await WriteAsync(ProblemSlug.NotFound);
        Assert.Equal("application/problem+json", http.Response.ContentType);
        Assert.Equal("urn:hostatlas:problem:not-found", problem.GetProperty("type").GetString());
        Assert.Equal(["type", "title", "status", "detail"], problem.EnumerateObject().Select(member => member.Name));
    }

    [Fact]
    public async Task A_refusals_errors_are_cut_at_twenty()
    {
        var errors = Enumerable.Range(0, 50).Select(i => new ContentError($"/reports/{i}/at", "ahead")).ToList();
        var (http, body) = NewContext();
        await ProblemWriter.WriteAsync(http, new Refused(RefusalKind.InvalidContent, "d", Errors: errors));
        Assert.Equal(20, Read(body).GetProperty("errors").GetArrayLength());
    }

    private static async Task<(HttpContext Http, JsonElement Problem)> WriteAsync(string slug)
    {
        var (http, body) = NewContext();
        await ProblemWriter.WriteAsync(http, slug, "detail");
        return (http, Read(body));
    }

    private static (HttpContext Http, MemoryStream Body) NewContext()
    {
        var body = new MemoryStream();
        var services = new ServiceCollection().AddSingleton<TimeProvider>(new FixedTime()).BuildServiceProvider();
        return (new DefaultHttpContext { Response = { Body = body }, RequestServices = services }, body);
    }

    private static JsonElement Read(MemoryStream body) => JsonDocument.Parse(body.ToArray()).RootElement;

    private sealed class FixedTime : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => DateTimeOffset.FromUnixTimeSeconds(1712150400);
    }
}
