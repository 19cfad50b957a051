using System.Diagnostics.CodeAnalysis;
using HostAtlas.Shared.Signing;
using Microsoft.Extensions.Primitives;

namespace HostAtlas.Gateway.Ingest;

/// <summary>The three headers of a signed request, read but not yet believed.</summary>
/// <param name="Token">What stands behind <c>Bearer</c>; any text.</param>
/// <param name="Timestamp">Exactly ten digits, as sent: they are part of the signed message.</param>
/// <param name="TimestampSeconds">The same as a number.</param>
/// <param name="Signature">32 bytes.</param>
internal sealed record AgentHeaders(ReadOnlyMemory<char> Token, string Timestamp, long TimestampSeconds, byte[] Signature)
{
    private const string Scheme = "Bearer ";

    /// <summary>
    /// Reads them; false with a text for people when one is missing, doubled or ill-formed (400). An Authorization header of another scheme
    /// is a wrong credential (401), not a malformed request: its token is empty.
    /// </summary>
    public static bool TryRead(
        IHeaderDictionary headers, [NotNullWhen(true)] out AgentHeaders? read, [NotNullWhen(false)] out string? fault)
    {
        read = null;
        if (Single(headers.Authorization) is not { } authorization)
        {
            fault = "Send exactly one Authorization header: Bearer and the agent token.";
            return false;
        }
        if (Single(headers["X-Timestamp"]) is not { } timestamp || !RequestSigning.TryReadTimestamp(timestamp, out var seconds))
        {
            fault = "Send exactly one X-Timestamp header: Unix seconds in 10 digits.";
            return false;
        }
        var signature = new byte[RequestSigning.SizeBytes];
        if (Single(headers["X-Signature"]) is not { } hex || !RequestSigning.TryReadSignature(hex, signature))
        {
            fault = "Send exactly one X-Signature header: 64 lower-case hex digits.";
            return false;
        }
        var token = authorization.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase) ? authorization.AsMemory(Scheme.Length) : default;
        (read, fault) = (new AgentHeaders(token, timestamp, seconds, signature), null);
        return true;
    }

    // The compiler's own text would show the token.
    /// <inheritdoc />
    public override string ToString() => nameof(AgentHeaders);

    private static string? Single(StringValues values) => values.Count == 1 ? values[0] : null;
}
