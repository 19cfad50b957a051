using HostAtlas.Shared.Signing;

namespace HostAtlas.Shared.Tests.Signing;

public sealed class ManyThreadsTests
{
    private static readonly SigningVectors Vectors = SigningVectors.Load();

    [Fact]
    public void Secrets_that_are_derived_at_the_same_time_do_not_mix()
    {
        var vector = Vectors.Requests[0];
        Parallel.For(0, 20_000, i =>
        {
            // Other tokens in between: whatever one leaves behind would spoil the next.
            var token = i % 2 == 0 ? Vectors.AgentToken : Vectors.AgentToken[..^8] + $"{i:00000000}";
            var secret = new byte[RequestSigning.SizeBytes];
            RequestSigning.DeriveSecret(token, vector.Method, vector.Path, secret);
            if (i % 2 == 0) Assert.Equal(vector.SecretHex, Convert.ToHexStringLower(secret));
            else Assert.NotEqual(vector.SecretHex, Convert.ToHexStringLower(secret));
        });
    }
}
