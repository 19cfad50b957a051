using System.Net;
using System.Text;
using System.Text.RegularExpressions;
using HostAtlas.Gateway.OpenApi;
using HostAtlas.Gateway.Tests.Hosting;
using HostAtlas.Gateway.Tests.OpenApi.Isolation;
using HostAtlas.TestSupport.Description;

namespace HostAtlas.Gateway.Tests.OpenApi;

/// <summary>
/// What a page of another site can make a browser send, against everything that changes something by the description, with the session of
/// an owner and without one: forms, fetches, and calls that do not say where they come from.
/// </summary>
[Collection(nameof(PlatformCollection))]
public sealed partial class CrossSiteTests(TestPlatform platform)
{
    private const string Json = "application/json", Form = "application/x-www-form-urlencoded",
        Multipart = "multipart/form-data; boundary=x";

    private static readonly ApiDescription Description = new(OpenApiDocument.Build());

    [Fact]
    public async Task Nothing_that_another_site_can_send_changes_anything()
    {
        using var http = platform.NewHttpClient();
        var team = await TeamUnderTest.FoundAsync(platform, http);
        var own = platform.Url.GetLeftPart(UriPartial.Authority);
        (string? Type, string? Site, string? Origin)[] foreign =
        [
            // Forms, with every encoding a form has; also from this very site, since no page of ours sends one.
            (Form, "cross-site", "https://evil.example"), (Multipart, "cross-site", "https://evil.example"),
            ("text/plain", "cross-site", "https://evil.example"), (Form, "same-origin", own), ("text/plain", "same-origin", own),
            // Fetches, with and without what a browser adds.
            (Json, "cross-site", "https://evil.example"), (Json, "same-site", "https://evil.example"), (Json, "none", null),
            (Json, null, "https://evil.example"), (Json, null, "null"), (Json, null, own + ".evil.example"),
            (Json, null, own.Replace("https", "http", StringComparison.Ordinal)), (Json, "cross-site", own),
            // Nothing that says where it comes from, and nothing that says what it is.
            (Json, null, null), (null, "same-origin", own), (null, null, null),
        ];
        var changing = Description.Operations.Where(IsOfPeopleAndChanges).ToList();
        Assert.True(changing.Count >= 7);
        foreach (var operation in changing)
        {
            foreach (var (type, site, origin) in foreign)
            {
                foreach (var caller in (string[])["owner", "nobody"])
                {
                    using var request = Request(team, operation, caller, type, site, origin);
                    using var answer = await http.SendAsync(request);
                    var text = await answer.Content.ReadAsStringAsync();
                    Assert.True(
                        answer.StatusCode == HttpStatusCode.Forbidden && text.Contains("cross-site-refused", StringComparison.Ordinal),
                        $"{operation} by {caller} with {type}, {site}, {origin}: {(int)answer.StatusCode} {text}");
                    Assert.False(answer.Headers.Contains("Set-Cookie"), $"{operation} gave a cookie.");
                }
            }
            // With what a page of ours sends the same call gets past this rule, so it was this rule that refused it.
            using var honest = Request(team, operation, "nobody", Json, "same-origin", own);
            using var taken = await http.SendAsync(honest);
            Assert.DoesNotContain("cross-site-refused", await taken.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        }
        // An Authorization header is no way around it where none is looked at: signing in, setting up, setting a password by a link.
        foreach (var path in (string[])["/api/session", "/api/setup", "/api/reset"])
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(path, UriKind.Relative))
            {
                Content = new ByteArrayContent(Encoding.UTF8.GetBytes("{}")),
            };
            request.Headers.TryAddWithoutValidation("Authorization", "x");
            request.Headers.Add("Sec-Fetch-Site", "cross-site");
            using var answer = await http.SendAsync(request);
            Assert.Contains("cross-site-refused", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        }
        // Neither did anything happen to what the owner has, nor to the session.
        await team.MustAsync("GET", $"/api/servers/{team.Ids["server"]}");
        await team.MustAsync("GET", "/api/servers", caller: "key");
    }

    [Fact]
    public async Task No_page_of_another_site_is_ever_told_that_it_may_read_or_call()
    {
        using var http = platform.NewHttpClient();
        foreach (var operation in Description.Operations)
        {
            foreach (var method in (string[])["OPTIONS", operation.Method])
            {
                using var request = new HttpRequestMessage(new HttpMethod(method), new Uri(Filled(operation), UriKind.Relative));
                request.Headers.Add("Origin", "https://evil.example");
                request.Headers.Add("Access-Control-Request-Method", operation.Method);
                using var answer = await http.SendAsync(request);
                Assert.DoesNotContain(
                    answer.Headers, header => header.Key.StartsWith("Access-Control-", StringComparison.OrdinalIgnoreCase));
            }
        }
    }

    private static HttpRequestMessage Request(
        TeamUnderTest team, DescribedOperation operation, string caller, string? type, string? site, string? origin)
    {
        var request = team.Request(operation.Method, Filled(operation, team), null, caller);
        request.Headers.Remove("Sec-Fetch-Site");
        request.Content = new ByteArrayContent(Encoding.UTF8.GetBytes("{}"));
        if (type is not null) request.Content.Headers.TryAddWithoutValidation("Content-Type", type);
        if (site is not null) request.Headers.Add("Sec-Fetch-Site", site);
        if (origin is not null) request.Headers.Add("Origin", origin);
        return request;
    }

    private static bool IsOfPeopleAndChanges(DescribedOperation operation) =>
        operation.Method is not ("GET" or "HEAD") && !operation.Security.Contains("agent") && !operation.Security.Contains("ticket");

    private static string Filled(DescribedOperation operation, TeamUnderTest? team = null)
    {
        var kind = CallForm.All.GetValueOrDefault(operation.Id)?.Kinds.GetValueOrDefault("path:id");
        var id = team is null || kind is null ? "6f1c9a52-5d0e-4c6b-9a57-0c3f1f0a7d11" : team.Ids[kind];
        return Parameter().Replace(operation.Path, match => match.Value == "{kind}" ? "packs" : id);
    }

    [GeneratedRegex(@"\{\w+\}")]
    private static partial Regex Parameter();
}
