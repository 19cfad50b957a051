using System.Text;
using CsCheck;
using HostAtlas.Agent.Logs.Lines;
using HostAtlas.Agent.Redaction;

namespace HostAtlas.Agent.Tests.Logs.Lines;

/// <summary>A secret that lies across the place where a line was cut is not sent, neither its beginning nor its end.</summary>
public sealed class CutLineTests
{
    [Theory]
    [InlineData("all is ", "well today", "all is ", "well today")]
    [InlineData("connect with password=hun", "ter2-and-more now", "connect with password=[FILTERED]", " now")]
    [InlineData("token AKIAIOSFODN", "N7EXAMPLE ok", "token [FILTERED]", " ok")]
    [InlineData("use pass", "word=hunter2-and-more", "use pass", "word=[FILTERED]")]
    [InlineData("sha 3f2a9c41d0", "b7 done", "sha [FILTERED]", "[FILTERED]")]
    public void Neither_half_tells_what_the_whole_does_not(string beginning, string rest, string sent, string sentLater)
    {
        var redactor = Redactor.BuiltIn;
        Assert.Equal(sent, CutLine.Beginning(redactor, beginning, RedactionState.Clear));
        Assert.Equal(sentLater, CutLine.Rest(redactor.Redact(RedactionMode.Log, beginning + rest).Text, sent));
    }

    [Fact]
    public void Wherever_a_token_is_cut_no_five_characters_of_it_are_sent()
    {
        const string token = "ghp_16C7e42F292c6912E7710c838347Ae178B4a", line = "push with " + token + " to the origin";
        for (var cut = 1; cut < line.Length; cut++)
        {
            var sent = CutLine.Beginning(Redactor.BuiltIn, line[..cut], RedactionState.Clear);
            var later = CutLine.Rest(Redactor.BuiltIn.Redact(RedactionMode.Log, line).Text, sent);
            for (var at = 4; at + 5 <= token.Length; at++)
                Assert.DoesNotContain(token.Substring(at, 5), sent + later, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_character_is_never_cut() => Gen.String[0, 20].Sample(text =>
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        for (var cut = 0; cut <= bytes.Length; cut++)
        {
            var whole = bytes.AsSpan(0, CutLine.WholeCharacters(bytes.AsSpan(0, cut)));
            Assert.StartsWith(Encoding.UTF8.GetString(whole), Encoding.UTF8.GetString(bytes), StringComparison.Ordinal);
            Assert.InRange(cut - whole.Length, 0, 3);
        }
    });
}
