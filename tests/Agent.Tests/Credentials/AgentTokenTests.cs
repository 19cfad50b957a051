using HostAtlas.Agent.Credentials;
using HostAtlas.Agent.Tests.Platform;
using HostAtlas.Shared.Ids;
using HostAtlas.Shared.Tokens;

namespace HostAtlas.Agent.Tests.Credentials;

public sealed class AgentTokenTests
{
    [Fact]
    public void A_pasted_token_names_its_server_and_never_shows_itself()
    {
        var token = AgentToken.TryParse($"  {TestTokens.Agent(7)}\n", out var fault)!;
        Assert.Equal("", fault);
        Assert.Equal("07070707-0707-4707-8707-070707070707", token.Server.ToString());
        Assert.DoesNotContain(TestTokens.Agent(7)[5..], $"{token}", StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "empty")]
    [InlineData("secret", "begins with hat_")]
    [InlineData("hat_abc", "cut off")]
    public void A_wrong_paste_is_told_what_it_is(string text, string expected)
    {
        Assert.Null(AgentToken.TryParse(text, out var fault));
        Assert.Contains(expected, fault, StringComparison.Ordinal);
    }

    [Fact]
    public void Another_kind_of_token_is_named_and_a_changed_character_is_found()
    {
        Assert.Null(AgentToken.TryParse(TestTokens.Write<KeyId>(TokenKind.ApiKey, 1), out var fault));
        Assert.Contains("--api-key-file", fault, StringComparison.Ordinal);
        Assert.Null(AgentToken.TryParse(TestTokens.Write<InvitationId>(TokenKind.Invitation, 1), out fault));
        Assert.Contains("invitation", fault, StringComparison.Ordinal);
        Assert.Null(AgentToken.TryParse(TestTokens.Agent()[..^1] + "!", out fault));
        Assert.Contains("wrong character", fault, StringComparison.Ordinal);
    }
}
