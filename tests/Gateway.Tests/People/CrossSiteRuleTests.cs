using HostAtlas.Gateway.People;
using Microsoft.AspNetCore.Http;

namespace HostAtlas.Gateway.Tests.People;

public sealed class CrossSiteRuleTests
{
    private const string Json = "application/json";

    // Reached by a proxy under another name; its certificate is for that and for two local names.
    private static readonly CrossSiteRule Rule =
        new(new OwnOrigin(new Uri("https://monitor.example"), host => host is "monitor.example" or "atlas.example" or "::1"));

    [Theory]
    [InlineData("POST", Json, "same-origin", null, true)]
    [InlineData("DELETE", Json, "same-origin", null, true)]
    [InlineData("POST", Json, null, "https://atlas.example:8443", true)]
    [InlineData("POST", Json, null, "https://ATLAS.example:8443", true)]
    [InlineData("POST", Json + "; charset=utf-8", "same-origin", "https://atlas.example:8443", true)]
    [InlineData("POST", Json, null, "https://monitor.example", true)]
    [InlineData("POST", Json, null, "https://MONITOR.example", true)]
    [InlineData("POST", Json, null, "https://monitor.example:8443", false)]
    [InlineData("POST", Json, null, "http://monitor.example", false)]
    [InlineData("POST", Json, null, null, false)]
    [InlineData("POST", Json, "cross-site", null, false)]
    [InlineData("POST", Json, "same-site", null, false)]
    [InlineData("POST", Json, "none", null, false)]
    [InlineData("POST", Json, "", null, false)]
    [InlineData("POST", Json, "cross-site", "https://atlas.example:8443", false)]
    [InlineData("POST", Json, null, "https://evil.example", false)]
    [InlineData("POST", Json, null, "http://atlas.example:8443", false)]
    [InlineData("POST", Json, null, "https://atlas.example", false)]
    [InlineData("POST", Json, null, "https://atlas.example:8443.evil.example", false)]
    [InlineData("POST", Json, null, "null", false)]
    [InlineData("POST", null, "same-origin", null, false)]
    [InlineData("DELETE", null, "same-origin", null, false)]
    [InlineData("POST", "text/plain", "same-origin", null, false)]
    [InlineData("POST", "application/x-www-form-urlencoded", "same-origin", null, false)]
    [InlineData("POST", "text/plain; application/json", "same-origin", null, false)]
    [InlineData("POST", "application/jsonp", "same-origin", null, false)]
    [InlineData("GET", null, null, null, true)]
    [InlineData("GET", null, "cross-site", "https://evil.example", true)]
    public void The_matrix(string method, string? contentType, string? site, string? origin, bool allowed)
    {
        Assert.Equal(allowed, Rule.Allows(Request(method, contentType, site, origin), takesKeys: true));
    }

    [Theory]
    [InlineData("atlas.example", true)]
    [InlineData("[::1]", true)]
    [InlineData("evil.example", false)]
    [InlineData("monitor.example.evil.example", false)]
    public void An_origin_that_equals_the_host_of_the_request_counts_when_the_certificate_is_for_that_host(string host, bool allowed)
    {
        var request = Request("POST", Json, null, $"https://{host}:8443");
        request.Host = new HostString($"{host}:8443");

        Assert.Equal(allowed, Rule.Allows(request, takesKeys: true));
    }

    [Fact]
    public void An_authorization_header_frees_a_call_that_takes_keys_and_no_other()
    {
        var request = Request("POST", null, "cross-site", "https://evil.example");
        request.Headers.Authorization = "Bearer hak_x";

        Assert.True(Rule.Allows(request, takesKeys: true));
        Assert.False(Rule.Allows(request, takesKeys: false));
    }

    [Fact]
    public void Two_origins_are_none()
    {
        var request = Request("POST", Json, null, null);
        request.Headers.Origin = new(["https://atlas.example:8443", "https://evil.example"]);

        Assert.False(Rule.Allows(request, takesKeys: true));
    }

    private static HttpRequest Request(string method, string? contentType, string? site, string? origin)
    {
        var request = new DefaultHttpContext().Request;
        (request.Method, request.Scheme, request.ContentType) = (method, "https", contentType);
        request.Host = new HostString("atlas.example", 8443);
        if (site is not null) request.Headers["Sec-Fetch-Site"] = site;
        if (origin is not null) request.Headers.Origin = origin;
        return request;
    }
}
