using System.Text.Json;
using HostAtlas.Engine.Users;
using HostAtlas.Shared.Ids;
using HostAtlas.Shared.Tokens;

namespace HostAtlas.Engine.Tests.Operations;

public sealed class UserVerbsTests(OpsFixture ops) : IClassFixture<OpsFixture>
{
    [Fact]
    public async Task A_link_stands_alone_on_standard_output_and_opens_only_that_persons_entity()
    {
        var (address, user) = await RegisterAsync("ada@example.org");
        var (exit, output, error) = await ops.RunAsync("users", "reset-password", " ADA@example.org ");
        Assert.Equal(0, exit);
        Assert.Matches("^/reset#har_[A-Za-z0-9_-]{107}\n$", output);
        var token = output.Trim().Split('#')[1];
        Assert.DoesNotContain(token, error, StringComparison.Ordinal);
        Assert.Contains("once, until", error, StringComparison.Ordinal);
        Assert.True(ResetForm.TryRead(token, ops.Engine.Keys.TokenKeys, out var bytes, out var reset));
        Assert.Equal(address.Value, Convert.ToHexStringLower(bytes));
        var open = await ops.Engine.Client.AskAsync(new InspectReset(address, reset, TokenHash.Of(token)));
        Assert.Equal(new ResetOpen(user, "ada@example.org", HasSecondFactor: false), open);
    }

    [Fact]
    public async Task Programs_get_link_token_and_end()
    {
        await RegisterAsync("bob@example.org");
        var (_, output, error) = await ops.RunAsync("users", "reset-password", "bob@example.org", "--json");
        using var made = JsonDocument.Parse(output);
        Assert.Equal("", error);
        var (token, link) = (made.RootElement.GetProperty("token").GetString()!, made.RootElement.GetProperty("link").GetString()!);
        Assert.EndsWith($"/reset#{token}", link, StringComparison.Ordinal);
        Assert.True(made.RootElement.GetProperty("expiresAt").GetDateTimeOffset() <= TimeProvider.System.GetUtcNow().AddHours(1));
    }

    [Fact]
    public async Task An_address_that_nobody_has_is_said_to_the_operator()
    {
        var (exit, output, error) = await ops.RunAsync("users", "reset-password", "nobody@example.org");
        Assert.Equal((1, ""), (exit, output));
        Assert.Contains("Nobody has this e-mail address.", error, StringComparison.Ordinal);
        Assert.Equal(2, (await ops.RunAsync("users", "reset-password")).Exit);
    }

    private async Task<(UserAddress Address, UserId User)> RegisterAsync(string email)
    {
        var (address, user) = (ops.Engine.Keys.AddressOf(email), EmbeddedEngine.NewId<UserId>());
        Assert.IsType<UserKnown>(await ops.Engine.Client.AskAsync(new RegisterUser(address, user, email, "a slow hash", Named.Ada)));
        return (address, user);
    }
}
