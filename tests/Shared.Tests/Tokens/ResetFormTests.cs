using System.Security.Cryptography;
using HostAtlas.Shared.Ids;
using HostAtlas.Shared.Tokens;

namespace HostAtlas.Shared.Tests.Tokens;

public sealed class ResetFormTests
{
    private static readonly TokenKey Key = TokenKey.FromRoot(new byte[32]);
    private static readonly TokenKey Other = TokenKey.FromRoot(Enumerable.Repeat((byte)7, 32).ToArray());
    private static readonly ResetId Reset = ResourceId.FromRandom<ResetId>(new byte[16]);
    // No version 4 UUID: an address is a hash.
    private static readonly byte[] Address = Convert.FromHexString("ffffffffffffffffffffffffffffffff");

    [Fact]
    public void What_is_written_is_read_again_and_nothing_else_is()
    {
        var token = ResetForm.Write(Address, Reset, RandomNumberGenerator.GetBytes(32), Key);
        Assert.StartsWith("har_", token, StringComparison.Ordinal);
        Assert.Equal(TokenForm.TextLength, token.Length);
        Assert.True(ResetForm.TryRead(token, [Other, Key], out var address, out var reset));
        Assert.Equal(Address, address);
        Assert.Equal(Reset, reset);

        Assert.False(ResetForm.TryRead(token, [Other], out _, out _));
        Assert.False(ResetForm.TryRead("hai_" + token[4..], [Key], out _, out _));
        Assert.False(ResetForm.TryRead(token[..^1] + (token[^1] == 'A' ? 'E' : 'A'), [Key], out _, out _));
        Assert.False(ResetForm.TryRead("", [Key], out _, out _));
        Assert.False(TokenForm.TryRead<InvitationId>(TokenKind.Invitation, token, [Key], out _));
    }

    [Fact]
    public void An_address_has_sixteen_bytes() =>
        Assert.Throws<ArgumentException>(() => ResetForm.Write(new byte[15], Reset, new byte[32], Key));
}
