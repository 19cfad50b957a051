using System.Security.Cryptography;
using System.Text;
using CsCheck;
using HostAtlas.Shared.Ids;
using HostAtlas.Shared.Tests.Signing;
using HostAtlas.Shared.Tokens;

namespace HostAtlas.Shared.Tests.Tokens;

public sealed class TokenFormTests
{
    private static readonly SigningVectors Vectors = SigningVectors.Load();
    private static readonly TokenKey Key = TokenKey.FromRoot(Convert.FromHexString(Vectors.RootKeyHex));
    private static readonly TokenKey[] Ring = [Key];

    [Fact]
    public void The_token_key_of_a_root_key_is_that_of_the_vectors()
    {
        var fromVector = TokenKey.FromBytes(Convert.FromHexString(Vectors.TokenKeyHex));
        var token = Vectors.AgentToken;
        Assert.True(TokenForm.TryRead<ServerId>(TokenKind.Agent, token, [fromVector], out _));
        Assert.True(TokenForm.TryRead<ServerId>(TokenKind.Agent, token, Ring, out _));
    }

    [Fact]
    public void Tokens_are_written_as_in_the_vectors()
    {
        foreach (var vector in Vectors.Tokens)
        {
            var team = ResourceId.Parse<TeamId>(vector.Team);
            var secret = Convert.FromHexString(vector.SecretHex);
            var written = vector.Kind switch
            {
                "agent" => TokenForm.Write(TokenKind.Agent, team, ResourceId.Parse<ServerId>(vector.Server!), secret, Key),
                "apiKey" => TokenForm.Write(TokenKind.ApiKey, team, ResourceId.Parse<KeyId>(vector.Key!), secret, Key),
                "invitation" => TokenForm.Write(
                    TokenKind.Invitation, team, ResourceId.Parse<InvitationId>(vector.Invitation!), secret, Key),
                _ => throw new InvalidDataException(vector.Kind),
            };
            Assert.Equal(vector.Token, written);
            Assert.Equal(vector.Sha256Hex, TokenHash.Of(vector.Token).ToString());
        }
    }

    [Fact]
    public void What_is_written_is_read_and_names_the_same_team_and_subject() =>
        Gen.Select(Gen.Byte.Array[16], Gen.Byte.Array[16], Gen.Byte.Array[32]).Sample((team, server, secret) =>
        {
            var (teamId, serverId) = (ResourceId.FromRandom<TeamId>(team), ResourceId.FromRandom<ServerId>(server));
            var token = TokenForm.Write(TokenKind.Agent, teamId, serverId, secret, Key);
            Assert.Equal(TokenForm.TextLength, token.Length);
            Assert.True(TokenForm.TryRead<ServerId>(TokenKind.Agent, token, Ring, out var claims));
            Assert.Equal((teamId, serverId), (claims.Team, claims.Subject));
        });

    [Fact]
    public void One_changed_bit_anywhere_in_a_token_is_refused() =>
        Gen.Select(Gen.Int[0, TokenForm.TextLength - 1], Gen.Int[0, 6]).Sample((at, bit) =>
        {
            var changed = Vectors.AgentToken.ToCharArray();
            changed[at] = (char)(changed[at] ^ (1 << bit));
            Assert.False(TokenForm.TryRead<ServerId>(TokenKind.Agent, changed, Ring, out _));
        });

    [Fact]
    public void The_unused_bits_of_the_last_character_give_no_second_spelling()
    {
        // The last character carries four bits of the tag and two unused ones: 'A' and 'B' would decode alike.
        const string alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
        var accepted = alphabet.Count(last => TokenForm.TryRead<ServerId>(TokenKind.Agent, Vectors.AgentToken[..^1] + last, Ring, out _));
        Assert.Equal(1, accepted);
    }

    [Theory]
    [InlineData("")]
    [InlineData("hat_")]
    [InlineData("HAT_bw2aHjxSS36aQS98XY4bA6O498JR3kwJjyZwsdlOal8AAQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHwWDO9mWxpC3LAwlsznml60")]
    [InlineData("hat_bw2aHjxSS36aQS98XY4bA6O498JR3kwJjyZwsdlOal8AAQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHwWDO9mWxpC3LAwlsznml60=")]
    [InlineData("hat_bw2aHjxSS36aQS98XY4bA6O498JR3kwJjyZwsdlOal8AAQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHwWDO9mWxpC3LAwlsznml6")]
    [InlineData("hat_bw2aHjxSS36aQS98XY4bA6O498JR3kwJjyZwsdlOal8AAQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHwWDO9mWxpC3LAwlsznml6 ")]
    [InlineData("hat_bw2aHjxSS36aQS98XY4bA6O498JR3kwJjyZwsdlOal8AAQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHwWDO9mWxpC3LAwlsznml6é")]
    public void Another_form_is_refused(string token) => Assert.False(TokenForm.TryRead<ServerId>(TokenKind.Agent, token, Ring, out _));

    [Fact]
    public void A_token_of_one_kind_is_none_of_another() =>
        Assert.All(Vectors.Tokens, vector => Assert.Equal(
            vector.Kind == "apiKey", TokenForm.TryRead<KeyId>(TokenKind.ApiKey, vector.Token, Ring, out _)));

    [Fact]
    public void A_token_of_another_platform_is_refused_and_one_of_an_earlier_root_key_is_not()
    {
        var other = TokenKey.FromRoot(RandomNumberGenerator.GetBytes(32));
        Assert.False(TokenForm.TryRead<ServerId>(TokenKind.Agent, Vectors.AgentToken, [other], out _));
        Assert.True(TokenForm.TryRead<ServerId>(TokenKind.Agent, Vectors.AgentToken, [other, Key], out _));
    }

    [Fact]
    public void A_token_that_names_no_uuid_version_4_is_refused_even_with_a_right_tag()
    {
        var token = TokenForm.Write(TokenKind.Agent, new TeamId(Guid.Empty), new ServerId(Guid.Empty), new byte[32], Key);
        Assert.False(TokenForm.TryRead<ServerId>(TokenKind.Agent, token, Ring, out _));
    }

    [Fact]
    public void Hashes_are_equal_only_bit_for_bit() =>
        Gen.Select(Gen.Byte.Array[32], Gen.Int[0, 255]).Sample((bytes, bit) =>
        {
            var changed = (byte[])bytes.Clone();
            changed[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.Equal(new TokenHash(bytes), new TokenHash((byte[])bytes.Clone()));
            Assert.NotEqual(new TokenHash(bytes), new TokenHash(changed));
            Assert.Equal(bytes, new TokenHash(bytes).ToBytes());
        });

    [Fact]
    public void A_hash_is_sha256_of_the_whole_token_text() =>
        Assert.Equal(SHA256.HashData(Encoding.ASCII.GetBytes(Vectors.AgentToken)), TokenHash.Of(Vectors.AgentToken).ToBytes());
}
