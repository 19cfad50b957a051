using System.Text.Json;
using HostAtlas.TestSupport;

namespace HostAtlas.Shared.Tests.Signing;

/// <summary>The contract's own vectors, <c>tests/Vectors/signing/signing.json</c>.</summary>
public sealed record SigningVectors(
    string RootKeyHex, string TokenKeyHex, IReadOnlyList<TokenVector> Tokens, IReadOnlyList<RequestVector> Requests)
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    /// <summary>The one file.</summary>
    public static SigningVectors Load() =>
        JsonSerializer.Deserialize<SigningVectors>(File.ReadAllText(Repository.Vector("signing", "signing.json")), Json)!;

    /// <summary>The agent token of the file, with which its requests are signed.</summary>
    public string AgentToken => Tokens.Single(token => token.Kind == "agent").Token;
}

/// <summary>One token and what it is made of.</summary>
public sealed record TokenVector(
    string Kind, string Team, string? Server, string? Key, string? Invitation, string SecretHex, string Token, string Sha256Hex);

/// <summary>One signed request.</summary>
public sealed record RequestVector(string Method, string Path, string Timestamp, string BodyUtf8, string SecretHex, string Signature);
