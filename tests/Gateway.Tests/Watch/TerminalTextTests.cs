using CsCheck;
using HostAtlas.Gateway.Watch;

namespace HostAtlas.Gateway.Tests.Watch;

public sealed class TerminalTextTests
{
    [Theory]
    [InlineData("web-01", "web-01")]
    [InlineData("Übung 7 💾", "Übung 7 💾")]
    [InlineData("a\u001b[2Jb", "a?[2Jb")]
    [InlineData("a\u009b2Jb", "a?2Jb")]
    [InlineData("a\u202egnp.exe", "a?gnp.exe")]
    [InlineData("line\nfeed", "line?feed")]
    [InlineData("/srv/a/very/long/path/to/data", "…long/path/to/data")]
    public void What_could_steer_a_terminal_is_a_question_mark(string text, string plain) =>
        Assert.Equal(plain, TerminalText.Plain(text, 18));

    [Fact]
    public void No_text_reaches_the_terminal_with_a_control_character_or_too_long() =>
        Gen.Select(Gen.String, Gen.Int[2, 30]).Sample((text, most) =>
        {
            var plain = TerminalText.Plain(text, most);
            return plain.Length <= most && !plain.Any(char.IsControl);
        });
}
