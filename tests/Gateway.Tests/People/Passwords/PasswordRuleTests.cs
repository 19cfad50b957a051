using HostAtlas.Gateway.People.Passwords;

namespace HostAtlas.Gateway.Tests.People.Passwords;

public sealed class PasswordRuleTests
{
    [Theory]
    [InlineData("four words in a row")]
    [InlineData("abcdefg hijk")]
    [InlineData("пароль из слов")]
    [InlineData("zażółć gęślą")]
    [InlineData("correct horse battery staple 7")]
    [InlineData("ann has a dog 1")]
    public void Length_alone_makes_a_password_good(string password) => Assert.Null(PasswordRule.Fault(password, "ann@example.org"));

    [Theory]
    [InlineData("")]
    [InlineData("abcdefg hij")]
    [InlineData("aaaaaaaaaaaaaaaa")]
    [InlineData("abcabcabcabcabc")]
    [InlineData("correcthorsebatterystaple")]
    [InlineData("PASSWORD1234")]
    [InlineData("administrator1")]
    [InlineData("dragon-20261125")]
    [InlineData("!!!!!2026Sunshine")]
    [InlineData("finalfantasy")]
    [InlineData("hostatlas1234")]
    [InlineData("HostAtlas-2026!")]
    [InlineData("ann1234567890")]
    [InlineData("example.org-1")]
    [InlineData("ann@example.org")]
    [InlineData("ann@example.org1")]
    [InlineData("ANN@example.org")]
    public void Short_uniform_and_first_guessed_ones_are_not(string password) =>
        Assert.NotNull(PasswordRule.Fault(password, "ann@example.org"));

    [Fact]
    public void Characters_are_counted_as_people_count_them_at_both_ends()
    {
        const string Eleven = "\U0001F600\U0001F601\U0001F602\U0001F603abcdefg";
        Assert.NotNull(PasswordRule.Fault(Eleven, ""));
        Assert.Null(PasswordRule.Fault(Eleven + "h", ""));
        var longest = string.Concat(Enumerable.Repeat("abcd", 50));
        Assert.Null(PasswordRule.Fault(longest, ""));
        Assert.NotNull(PasswordRule.Fault(longest + "e", ""));
    }
}
