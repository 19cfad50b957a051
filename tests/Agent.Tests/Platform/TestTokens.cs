using HostAtlas.Agent.Credentials;
using HostAtlas.Shared.Ids;
using HostAtlas.Shared.Tokens;

namespace HostAtlas.Agent.Tests.Platform;

/// <summary>Tokens with the right form.</summary>
internal static class TestTokens
{
    /// <summary>The token of a server with this number.</summary>
    public static string Agent(byte number = 1, byte secret = 0) => Write<ServerId>(TokenKind.Agent, number, secret);

    public static string Write<T>(TokenKind kind, byte number, byte secret = 0) where T : struct, IResourceId<T>
    {
        var random = new byte[16];
        Array.Fill(random, number);
        var secretBytes = new byte[32];
        Array.Fill(secretBytes, secret);
        return TokenForm.Write(kind, ResourceId.FromRandom<TeamId>(new byte[16]), ResourceId.FromRandom<T>(random), secretBytes,
            TokenKey.FromBytes(new byte[32]));
    }

    public static AgentToken Parsed(byte number = 1) => AgentToken.TryParse(Agent(number), out _)!;
}
