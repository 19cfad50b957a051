using HostAtlas.Gateway.People.Sessions;
using Microsoft.AspNetCore.Http;

namespace HostAtlas.Gateway.Tests.People.Sessions;

public sealed class SessionCookieTests
{
    private const string Value = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

    [Fact]
    public void The_header_is_what_the_protocol_fixes_byte_for_byte()
    {
        var http = new DefaultHttpContext();

        SessionCookie.Give(http.Response, Value);
        Assert.Equal($"hostatlas_session={Value}; Path=/; HttpOnly; Secure; SameSite=Lax; Max-Age=7200", http.Response.Headers.SetCookie);
        SessionCookie.TakeBack(http.Response);
        Assert.Equal("hostatlas_session=; Path=/; HttpOnly; Secure; SameSite=Lax; Max-Age=0", http.Response.Headers.SetCookie);
    }

    [Fact]
    public void A_new_value_is_43_characters_that_no_two_sessions_share()
    {
        var values = Enumerable.Range(0, 1000).Select(_ => SessionCookie.NewValue()).ToHashSet();

        Assert.Equal(1000, values.Count);
        Assert.All(values, value => Assert.Matches("^[A-Za-z0-9_-]{43}$", value));
    }

    [Theory]
    [InlineData("hostatlas_session=" + Value, true)]
    [InlineData("theme=dark; hostatlas_session=" + Value + "; lang=en", true)]
    [InlineData("theme=dark;hostatlas_session=" + Value, true)]
    [InlineData("", false)]
    [InlineData("hostatlas_session=", false)]
    [InlineData("hostatlas_session=" + Value + "A", false)]
    [InlineData("hostatlas_session=\"" + Value + "\"", false)]
    [InlineData("xhostatlas_session=" + Value, false)]
    [InlineData("hostatlas_session=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA%41", false)]
    [InlineData("hostatlas_session=" + Value + "; hostatlas_session=" + Value, false)]
    public void Only_one_well_formed_cookie_is_read(string header, bool read)
    {
        var http = new DefaultHttpContext();
        http.Request.Headers.Cookie = header;

        Assert.Equal(read ? Value : null, SessionCookie.Read(http.Request));
    }
}
