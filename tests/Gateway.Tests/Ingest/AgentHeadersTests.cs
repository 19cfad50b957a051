using HostAtlas.Gateway.Ingest;
using HostAtlas.Gateway.People.Rights;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace HostAtlas.Gateway.Tests.Ingest;

public sealed class AgentHeadersTests
{
    private const string Timestamp = "1712150400";
    private static readonly string Signature = new('a', 64);

    [Fact]
    public void Good_headers_are_read_and_their_text_never_shows_the_token()
    {
        Assert.True(AgentHeaders.TryRead(Headers(), out var read, out _));
        Assert.Equal("hat_x", read.Token.ToString());
        Assert.Equal(1712150400, read.TimestampSeconds);
        Assert.DoesNotContain("hat_x", read.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Authorization", new string[0])]
    [InlineData("Authorization", new[] { "Bearer a", "Bearer b" })]
    [InlineData("X-Timestamp", new string[0])]
    [InlineData("X-Timestamp", new[] { "" })]
    [InlineData("X-Timestamp", new[] { Timestamp, Timestamp })]
    [InlineData("X-Timestamp", new[] { "171215040" })]
    [InlineData("X-Timestamp", new[] { "17121504000" })]
    [InlineData("X-Timestamp", new[] { "-712150400" })]
    [InlineData("X-Timestamp", new[] { "+712150400" })]
    [InlineData("X-Timestamp", new[] { "17121504.0" })]
    [InlineData("X-Timestamp", new[] { "\u0661712150400" })]
    [InlineData("X-Signature", new string[0])]
    [InlineData("X-Signature", new[] { "aa" })]
    [InlineData("X-Signature", new[] { "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA" })]
    [InlineData("X-Signature", new[] { "gaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa" })]
    public void What_is_missing_doubled_or_ill_formed_is_malformed(string name, string[] values)
    {
        var headers = Headers();
        headers[name] = new StringValues(values);
        Assert.False(AgentHeaders.TryRead(headers, out _, out var fault));
        Assert.Contains(name, fault, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("bearer hat_x")]
    [InlineData("BEARER hat_x")]
    public void The_schemes_case_does_not_count(string authorization)
    {
        var headers = Headers();
        headers["Authorization"] = authorization;
        Assert.True(AgentHeaders.TryRead(headers, out var read, out _));
        Assert.Equal("hat_x", read.Token.ToString());
        var people = new DefaultHttpContext().Request;
        people.Headers.Authorization = authorization;
        Assert.Equal("hat_x", Access.Bearer(people));
    }

    [Theory]
    [InlineData("Basic dXNlcjpwdw==")]
    [InlineData("hat_x")]
    [InlineData("")]
    public void Another_scheme_is_a_wrong_credential_and_no_malformed_request(string authorization)
    {
        var headers = Headers();
        headers["Authorization"] = authorization;
        Assert.True(AgentHeaders.TryRead(headers, out var read, out _));
        Assert.Equal("", read.Token.ToString());
    }

    private static HeaderDictionary Headers() => new()
    {
        ["Authorization"] = "Bearer hat_x",
        ["X-Timestamp"] = Timestamp,
        ["X-Signature"] = Signature,
    };
}
