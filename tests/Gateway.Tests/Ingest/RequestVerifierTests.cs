using System.Text;
using CsCheck;
using HostAtlas.Gateway.Ingest;
using HostAtlas.Shared.Ids;
using HostAtlas.Shared.Signing;
using HostAtlas.Shared.Tokens;

namespace HostAtlas.Gateway.Tests.Ingest;

public sealed class RequestVerifierTests
{
    private const string Path = "/api/agent/metrics";
    private const string Timestamp = "1712150400";
    private static readonly TokenKey Key = TokenKey.FromRoot(new byte[32]);
    private static readonly TeamId Team = ResourceId.FromRandom<TeamId>([.. Enumerable.Repeat((byte)1, 16)]);
    private static readonly ServerId Server = ResourceId.FromRandom<ServerId>([.. Enumerable.Repeat((byte)2, 16)]);
    private static readonly string Token = TokenForm.Write(TokenKind.Agent, Team, Server, [.. Enumerable.Repeat((byte)3, 32)], Key);
    private readonly RequestVerifier _verifier = new([Key]);

    [Fact]
    public void A_request_that_was_signed_with_its_token_is_its_servers()
    {
        var claims = _verifier.Identify(Token);
        Assert.Equal((Team, Server), (claims!.Value.Team, claims.Value.Subject));
        Assert.True(Verify(Token, "POST", Path, Message("{\"cpu\":1}"), Sign("{\"cpu\":1}")));
        Assert.True(Verify(Token, "POST", Path, Message(""), Sign("")));
    }

    [Fact]
    public void One_changed_bit_of_timestamp_body_or_signature_is_refused() => Gen.Select(Gen.Byte.Array[0, 300], Gen.Int, Gen.Int[0, 7])
        .Sample((body, place, bit) =>
        {
            byte[] message = [.. Encoding.ASCII.GetBytes(Timestamp), .. body];
            var signature = Convert.FromHexString(RequestSigning.Sign(Token, "POST", Path, Timestamp, body));
            if (!Verify(Token, "POST", Path, message, signature)) return false;
            return !Verify(Token, "POST", Path, Flip(message, place, bit), signature)
                && !Verify(Token, "POST", Path, message, Flip(signature, place, bit));
        }, iter: 500);

    [Fact]
    public void One_changed_bit_of_the_token_is_no_token()
    {
        for (var i = 0; i < Token.Length; i++)
        {
            for (var bit = 0; bit < 7; bit++)
            {
                var changed = Token.ToCharArray();
                changed[i] ^= (char)(1 << bit);
                Assert.Null(_verifier.Identify(changed));
            }
        }
    }

    [Theory]
    [InlineData("GET", Path)]
    [InlineData("post", Path)]
    [InlineData("POST", "/api/agent/logs")]
    [InlineData("POST", "/api/agent/Metrics")]
    [InlineData("POST", "/api/agent/metrics/")]
    [InlineData("POST", "/api/agent/metrics?a=b")]
    [InlineData("POST", "")]
    public void A_signature_for_one_endpoint_is_worthless_at_another(string method, string path) =>
        Assert.False(Verify(Token, method, path, Message("{}"), Sign("{}")));

    [Theory]
    [InlineData("")]
    [InlineData("hat_")]
    [InlineData("x")]
    public void Text_of_any_length_is_no_token(string text)
    {
        Assert.Null(_verifier.Identify(text));
        Assert.Null(_verifier.Identify(Token + text + "="));
        Assert.Null(_verifier.Identify(" " + Token));
    }

    [Fact]
    public void A_key_and_an_invitation_are_no_agents_tokens()
    {
        var key = ResourceId.FromRandom<KeyId>(new byte[16]);
        Assert.Null(_verifier.Identify(TokenForm.Write(TokenKind.ApiKey, Team, key, new byte[32], Key)));
        Assert.Null(_verifier.Identify(
            TokenForm.Write(TokenKind.Agent, Team, Server, new byte[32], TokenKey.FromRoot([.. Enumerable.Repeat((byte)9, 32)]))));
    }

    private static bool Verify(string token, string method, string path, byte[] message, byte[] signature) =>
        RequestVerifier.IsSigned(token, method, path, message, signature);

    private static byte[] Message(string body) => Encoding.UTF8.GetBytes(Timestamp + body);

    private static byte[] Sign(string body) =>
        Convert.FromHexString(RequestSigning.Sign(Token, "POST", Path, Timestamp, Encoding.UTF8.GetBytes(body)));

    private static byte[] Flip(byte[] bytes, int place, int bit)
    {
        var changed = bytes.ToArray();
        changed[(int)((uint)place % (uint)bytes.Length)] ^= (byte)(1 << bit);
        return changed;
    }
}
