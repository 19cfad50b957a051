using System.Text;
using CsCheck;
using HostAtlas.Shared.Signing;

namespace HostAtlas.Shared.Tests.Signing;

public sealed class RequestSigningTests
{
    private const string Method = "POST", Path = "/api/agent/metrics", Timestamp = "1712150400";
    private static readonly SigningVectors Vectors = SigningVectors.Load();

    public static TheoryData<RequestVector> Requests => [.. Vectors.Requests];

    [Theory]
    [MemberData(nameof(Requests))]
    public void A_secret_and_a_signature_are_those_of_the_vectors(RequestVector vector)
    {
        ArgumentNullException.ThrowIfNull(vector);
        var secret = new byte[RequestSigning.SizeBytes];
        RequestSigning.DeriveSecret(Vectors.AgentToken, vector.Method, vector.Path, secret);
        Assert.Equal(vector.SecretHex, Convert.ToHexStringLower(secret));

        var body = Encoding.UTF8.GetBytes(vector.BodyUtf8);
        Assert.Equal(vector.Signature, RequestSigning.Sign(Vectors.AgentToken, vector.Method, vector.Path, vector.Timestamp, body));

        var onePass = new byte[RequestSigning.SizeBytes];
        RequestSigning.Sign(secret, [.. Encoding.ASCII.GetBytes(vector.Timestamp), .. body], onePass);
        Assert.Equal(vector.Signature, Convert.ToHexStringLower(onePass));
    }

    [Fact]
    public void One_changed_bit_of_the_token_is_refused() =>
        Gen.Select(Gen.Int[0, Vectors.AgentToken.Length - 1], Gen.Int[0, 6]).Sample((at, bit) =>
            Assert.False(Accepts(token: Flip(Vectors.AgentToken, at, bit))));

    [Fact]
    public void One_changed_bit_of_the_timestamp_is_refused() =>
        Gen.Select(Gen.Int[0, Timestamp.Length - 1], Gen.Int[0, 6]).Sample((at, bit) =>
            Assert.False(Accepts(timestamp: Flip(Timestamp, at, bit))));

    [Fact]
    public void One_changed_bit_of_the_body_is_refused() =>
        Gen.Select(Gen.Byte.Array[1, 300], Gen.Int[0, int.MaxValue], Gen.Int[0, 7]).Sample((body, at, bit) =>
        {
            var changed = (byte[])body.Clone();
            changed[at % body.Length] ^= (byte)(1 << bit);
            Assert.True(Accepts(signed: body, body: body));
            Assert.False(Accepts(signed: body, body: changed));
        });

    [Fact]
    public void One_changed_bit_of_the_method_is_refused() =>
        Gen.Select(Gen.Int[0, Method.Length - 1], Gen.Int[0, 6]).Sample((at, bit) =>
            Assert.False(Accepts(method: Flip(Method, at, bit))));

    [Fact]
    public void One_changed_bit_of_the_path_is_refused() =>
        Gen.Select(Gen.Int[0, Path.Length - 1], Gen.Int[0, 6]).Sample((at, bit) =>
            Assert.False(Accepts(path: Flip(Path, at, bit))));

    [Fact]
    public void One_changed_bit_of_the_signature_is_refused() =>
        Gen.Select(Gen.Int[0, RequestSigning.SizeBytes - 1], Gen.Int[0, 7]).Sample((at, bit) =>
        {
            var expected = Convert.FromHexString(RequestSigning.Sign(Vectors.AgentToken, Method, Path, Timestamp, []));
            var changed = (byte[])expected.Clone();
            changed[at] ^= (byte)(1 << bit);
            Assert.False(RequestSigning.Matches(expected, changed));
        });

    [Theory]
    [InlineData("1712150400", true)]
    [InlineData("0000000000", true)]
    [InlineData("171215040", false)]
    [InlineData("17121504000", false)]
    [InlineData("+712150400", false)]
    [InlineData(" 712150400", false)]
    [InlineData("171215040\u0660", false)]
    [InlineData("0x12150400", false)]
    [InlineData("", false)]
    public void A_timestamp_is_exactly_ten_ascii_digits(string header, bool valid) =>
        Assert.Equal(valid, RequestSigning.TryReadTimestamp(header, out _));

    [Theory]
    [InlineData("b5584e0bf37b0230aacdd442350960221815724527f4940b1108ffcce9627fb4", true)]
    [InlineData("B5584e0bf37b0230aacdd442350960221815724527f4940b1108ffcce9627fb4", false)]
    [InlineData("b5584e0bf37b0230aacdd442350960221815724527f4940b1108ffcce9627fb", false)]
    [InlineData("b5584e0bf37b0230aacdd442350960221815724527f4940b1108ffcce9627fb4a0", false)]
    [InlineData("g5584e0bf37b0230aacdd442350960221815724527f4940b1108ffcce9627fb4", false)]
    [InlineData("", false)]
    public void A_signature_is_exactly_64_lower_case_hex_digits(string header, bool valid) =>
        Assert.Equal(valid, RequestSigning.TryReadSignature(header, new byte[RequestSigning.SizeBytes]));

    private static bool Accepts(
        string? token = null, string method = Method, string path = Path, string timestamp = Timestamp, byte[]? signed =
            null, byte[]? body = null)
    {
        var presented = RequestSigning.Sign(Vectors.AgentToken, Method, Path, Timestamp, signed ?? []);
        var expected = RequestSigning.Sign(token ?? Vectors.AgentToken, method, path, timestamp, body ?? []);
        return RequestSigning.Matches(Convert.FromHexString(expected), Convert.FromHexString(presented));
    }

    private static string Flip(string text, int at, int bit) =>
        string.Concat(text.AsSpan(0, at), [(char)(text[at] ^ (1 << bit))], text.AsSpan(at + 1));
}
