using System.Text;
using HostAtlas.Agent.Gate.Rules;

namespace HostAtlas.Agent.Tests.Gate;

public sealed class RenameMatchTests
{
    [Theory]
    [InlineData("a.docx", "a.docx.locked", 2)]
    [InlineData("a.docx", "a.docx.id-7.[who@where].xyz", 2)]
    [InlineData("a.docx", "a.docx_locked", 2)]
    [InlineData("a.docx", "a.locked", 1)]
    [InlineData("report.2025.docx", "report.2025.locked", 1)]
    [InlineData("a", "a.locked", 2)]
    [InlineData("a.docx", "a.docx", 0)]
    [InlineData("a.docx", "ab.docx", 0)]
    [InlineData("a.doc", "a.docx2", 1)]
    [InlineData("a.docx", "b.locked", 0)]
    [InlineData("a", "ab", 0)]
    [InlineData("abc", "abcdef", 0)]
    [InlineData(".profile", ".bashrc", 0)]
    public void A_new_name_matches_what_it_may_have_been(string former, string now, int match) =>
        Assert.Equal(match, RenameMatch.Of(Bytes(former), Bytes(now)));

    [Theory]
    [InlineData("a.docx", "a.docx.locked", false)]
    [InlineData("a.docx", "a.zzz", false)]
    [InlineData("a.docx", "a_zzz", true)]
    [InlineData("a.docx", "ab", true)]
    [InlineData("a", "a-b", false)]
    [InlineData("a", "a.locked", false)]
    [InlineData("a", "aa", true)]
    [InlineData("x.2025.docx", "x.2026.docx", true)]
    [InlineData("a.docx", "b", true)]
    public void Names_in_order_are_past_a_gone_one_when_none_of_its_own_can_follow(string former, string at, bool isPast)
    {
        Assert.Equal(isPast, RenameMatch.IsPast(Bytes(former), Bytes(at)));
        if (isPast) Assert.NotEqual(2, RenameMatch.Of(Bytes(former), Bytes(at)));
    }

    private static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);
}
