using HostAtlas.Shared.Ids;
using HostAtlas.Shared.Tokens;

namespace HostAtlas.Agent.Credentials;

/// <summary>
/// This agent's credential. It has no text form but <see cref="Reveal"/>, so that it never gets into a log by interpolation.
/// </summary>
public sealed class AgentToken
{
    private readonly string _text;

    private AgentToken(string text, TokenClaims<ServerId> claims) => (_text, Server) = (text, claims.Subject);

    /// <summary>The server that the token names. Only the platform can say whether it is true.</summary>
    public ServerId Server { get; }

    /// <summary>Reads what a person pasted or a file holds (white space around it is cut); the fault names the likely mistake, never the
    /// token.</summary>
    public static AgentToken? TryParse(string pasted, out string fault)
    {
        var text = pasted.Trim();
        fault = "";
        if (TokenForm.TryReadUnverified<ServerId>(TokenKind.Agent, text, out var claims)) return new AgentToken(text, claims);
        fault = text switch
        {
            "" => "the token is empty",
            _ when text.StartsWith(TokenForm.Prefix(TokenKind.ApiKey), StringComparison.Ordinal) =>
                "this is an API key (hak_…), not an agent's token (hat_…); use --api-key-file FILE --name NAME",
            _ when text.StartsWith(TokenForm.Prefix(TokenKind.Invitation), StringComparison.Ordinal) =>
                "this is an invitation (hai_…), not an agent's token (hat_…); an invitation founds a team",
            _ when !text.StartsWith(TokenForm.Prefix(TokenKind.Agent), StringComparison.Ordinal) => "an agent's token begins with hat_",
            _ when text.Length != TokenForm.TextLength =>
                $"an agent's token has {TokenForm.TextLength} characters, this one {text.Length}: cut off?",
            _ => "the token has a wrong character; copy it again",
        };
        return null;
    }

    /// <summary>The token itself: for the Authorization header, the signature and STATE/token.</summary>
    public string Reveal() => _text;

    /// <inheritdoc />
    public override string ToString() => "hat_…";
}
