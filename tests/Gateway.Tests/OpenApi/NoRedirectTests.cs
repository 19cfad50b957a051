using System.Net;
using System.Text;
using System.Text.RegularExpressions;
using HostAtlas.Gateway.OpenApi;
using HostAtlas.Gateway.Tests.Hosting;
using HostAtlas.Gateway.Tests.OpenApi.Isolation;
using HostAtlas.TestSupport.Description;

namespace HostAtlas.Gateway.Tests.OpenApi;

/// <summary>
/// The platform sends nobody anywhere else: there is no 302 whose headers could be wrong, and no place where somebody could bend its
/// target. Of the statuses from 300 on there is only 304, for a page that the browser holds already.
/// </summary>
public sealed partial class NoRedirectTests(TestPlatform platform) : IClassFixture<TestPlatform>
{
    private static readonly ApiDescription Description = new(OpenApiDocument.Build());

    [Fact]
    public void The_description_has_no_other_than_304()
    {
        foreach (var operation in Description.Operations)
            Assert.DoesNotContain(operation.Responses, answer => answer.Key[0] == '3' && answer.Key != "304");
    }

    [Fact]
    public async Task No_address_by_any_spelling_sends_anybody_elsewhere()
    {
        using var http = platform.NewHttpClient();
        var team = await TeamUnderTest.FoundAsync(platform, http);
        var asked = 0;
        // What ends a session or a membership comes last.
        foreach (var operation in Description.Operations.OrderBy(operation => operation.Method == "DELETE"))
        {
            var path = Parameter().Replace(operation.Path,
                match => team.Ids.GetValueOrDefault(match.Groups[1].Value, team.Ids["server"]));
            string[] spellings = [path, path.TrimEnd('/') + "/", path.ToUpperInvariant(), path + "?next=https://example.org/&cursor=x"];
            foreach (var spelling in spellings)
            {
                foreach (var caller in (string[])["nobody", "viewer"])
                {
                    using var request = team.Request(operation.Method, spelling, "{}", caller);
                    request.Headers.TryAddWithoutValidation("X-Forwarded-Proto", "http");
                    request.Headers.TryAddWithoutValidation("X-Forwarded-Host", "example.org");
                    // A stream of events has no end to wait for.
                    using var answer = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
                    Assert.False((int)answer.StatusCode is >= 300 and < 400, $"{operation}, {spelling}: {answer.StatusCode}");
                    Assert.True(answer.Headers.Location is null || answer.StatusCode == HttpStatusCode.Created, $"{operation}, {spelling}");
                    asked++;
                }
            }
        }
        Assert.True(asked > 8 * 40, $"{asked}");
    }

    [Theory]
    [InlineData("GET //example.org/%2e%2e HTTP/1.1")]
    [InlineData("GET /docs/ HTTP/1.1")]
    [InlineData("GET /index.html HTTP/1.1")]
    [InlineData("GET /api HTTP/1.1")]
    [InlineData("GET https://example.org/ HTTP/1.1")]
    public async Task Nor_does_a_request_line_that_no_browser_sends(string line)
    {
        await using var wire = await platform.ConnectAsync();
        await wire.SendAsync(Encoding.ASCII.GetBytes($"{line}\r\nHost: example.org\r\n\r\n"));
        var answer = (await wire.ReadAnswerAsync())!;
        Assert.False(answer.Status is >= 300 and < 400, $"{line}: {answer.Status}");
        Assert.Empty(answer.Headers["Location"]);
    }

    [GeneratedRegex(@"\{(\w+)\}")]
    private static partial Regex Parameter();
}
