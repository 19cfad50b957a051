using System.Security.Cryptography;
using HostAtlas.Engine.Users;
using HostAtlas.Shared.Ids;
using HostAtlas.Shared.Tokens;

namespace HostAtlas.Engine.Operations;

/// <summary>Makes tokens that set a person's password anew. The token leaves here once; the person's entity keeps its hash.</summary>
public sealed class ResetIssuer(EngineClient engine, PlatformKeys keys, TimeProvider time)
{
    /// <summary>How long a token is good.</summary>
    public static readonly TimeSpan ValidFor = TimeSpan.FromHours(1);

    /// <summary>
    /// Makes one for the person of an e-mail address; either it is journalled and returned, or the engine refused.
    /// </summary>
    /// <param name="onlyOf">The team whose owner asks, of which alone the person must be; null for the operator.</param>
    public async Task<(IssuedReset? Issued, Refused? Refused)> IssueAsync(
        string email, TeamId? onlyOf, Author by, CancellationToken cancellation)
    {
        var address = keys.AddressOf(email);
        var reset = ResourceId.FromRandom<ResetId>(RandomNumberGenerator.GetBytes(ResourceId.SizeBytes));
        var secret = RandomNumberGenerator.GetBytes(TokenForm.SecretBytes);
        var token = ResetForm.Write(Convert.FromHexString(address.Value), reset, secret, keys.TokenKey);
        CryptographicOperations.ZeroMemory(secret);
        var expiresAt = time.GetUtcNow() + ValidFor;
        var reply = await engine.AskAsync(new IssueReset(address, reset, TokenHash.Of(token), expiresAt, onlyOf, by), cancellation)
            .ConfigureAwait(false);
        return reply is Refused refused ? (null, refused) : (new IssuedReset(token, expiresAt), null);
    }
}

/// <summary>A token that sets a password anew, the only time its text is at hand.</summary>
public sealed record IssuedReset(string Token, DateTimeOffset ExpiresAt)
{
    /// <summary>
    /// The link to hand to the person. The token stands in the fragment: browsers keep that to themselves, so no log of a proxy or of this
    /// platform ever holds it.
    /// </summary>
    /// <param name="platform">Where people reach the platform, e.g. <c>https://atlas.example.org</c>.</param>
    public string LinkAt(string platform) => $"{platform.TrimEnd('/')}/reset#{Token}";

    /// <summary>Without the token: a record's own text would print it into a log.</summary>
    public override string ToString() => $"IssuedReset(until {ExpiresAt:O})";
}
