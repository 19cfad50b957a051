using HostAtlas.Agent.Credentials;
using HostAtlas.Shared.Ids;
using HostAtlas.Shared.Tokens;

namespace HostAtlas.Agent.Tests.Platform;

/// <summary>Tokens with the right form.</summary>
internal static class TestTokens
{
    /// <summary>The token of a server with this number.</summary>
    public static string Agent(byte number = 1) => Write<ServerId>(TokenKind.Agent, number);

    public static string Write<T>(TokenKind kind, byte number) where T : struct, IResourceId<T>
    {
        var random = new byte[16];
        Array.Fill(random, number);
        return TokenForm.Write(kind, ResourceId.FromRandom<TeamId>(new byte[16]), ResourceId.FromRandom<T>(random), new byte[32],
            TokenKey.FromBytes(new byte[32]));
    }

    public static AgentToken Parsed(byte number = 1) => AgentToken.TryParse(Agent(number), out _)!;
}
