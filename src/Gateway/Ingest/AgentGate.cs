using System.Security.Cryptography;
using System.Text;
using HostAtlas.Engine;
using HostAtlas.Engine.Servers;
using HostAtlas.Gateway.Hosting;
using HostAtlas.Gateway.Problems;
using HostAtlas.Shared;
using HostAtlas.Shared.Ids;
using HostAtlas.Shared.Tokens;
using HostAtlas.Shared.Wire;

namespace HostAtlas.Gateway.Ingest;

/// <summary>
/// The gate of every agents' endpoint: nothing unverified passes. The order of checks is the protocol's and the first failure answers:
/// length, headers, token and signature, window, encoding, JSON, content, and then the entity's own.
/// </summary>
internal sealed class AgentGate(
    PlatformKeys keys, EngineOptions options, EngineClient engine, FailedCredentials failures, TimeProvider time) : IDisposable
{
    private readonly SemaphoreSlim _decoding = new(Environment.ProcessorCount);
    // Made anew for each request: the ring of keys grows while the platform runs.
    private RequestVerifier Verifier => new(keys.TokenKeys);
    private readonly long _windowSeconds = (long)options.Window.TotalSeconds;

    /// <summary>Answers one request whose path is the endpoint's.</summary>
    public Task HandleAsync(HttpContext http, AgentEndpoint endpoint)
    {
        if (!HttpMethods.IsPost(http.Request.Method))
        {
            http.Response.Headers.Allow = HttpMethods.Post;
            return ProblemWriter.WriteAsync(http, ProblemSlug.MethodNotAllowed, "Send it with POST.");
        }
        if (http.Request.ContentLength > Limits.RequestBodyBytes) return RefuseSizeAsync(http);
        if (!AgentHeaders.TryRead(http.Request.Headers, out var headers, out var fault))
            return ProblemWriter.WriteAsync(http, ProblemSlug.MalformedRequest, fault);
        return Verifier.Identify(headers.Token.Span) is { } claims ? VerifyAsync(http, endpoint, headers, claims)
            : TurnAwayAsync(http, endpoint, headers);
    }

    private async Task VerifyAsync(HttpContext http, AgentEndpoint endpoint, AgentHeaders headers, TokenClaims<ServerId> claims)
    {
        using var body = await SignedBody.ReadAsync(http.Request, headers.Timestamp);
        if (body is null) await RefuseSizeAsync(http);
        else if (!RequestVerifier.IsSigned(
            headers.Token.Span, HttpMethods.Post, endpoint.Path, body.Signed, headers.Signature)) await RejectAsync(http);
        else await AdmitAsync(http, endpoint, headers, claims, body.Sent);
    }

    private async Task TurnAwayAsync(HttpContext http, AgentEndpoint endpoint, AgentHeaders headers)
    {
        if (await TryDrainAsync(http.Request, endpoint, headers)) await RejectAsync(http);
        else await RefuseSizeAsync(http);
    }

    /// <inheritdoc />
    public void Dispose() => _decoding.Dispose();

    private async Task AdmitAsync(
        HttpContext http, AgentEndpoint endpoint, AgentHeaders headers, TokenClaims<ServerId> claims, ReadOnlyMemory<byte> sent)
    {
        if (Math.Abs(time.GetUtcNow().ToUnixTimeSeconds() - headers.TimestampSeconds) > _windowSeconds)
        {
            await ProblemWriter.WriteAsync(http, ProblemSlug.TimestampOutsideWindow, "Sign again with the platform's time, serverTime.");
            return;
        }
        var encoding = http.Request.Headers.ContentEncoding;
        switch (encoding.Count > 1 ? BodyEncoding.Unknown : BodyDecoder.EncodingOf(encoding))
        {
            case BodyEncoding.Identity:
                await ForwardAsync(http, endpoint, headers, claims, endpoint.Parse(sent.Span, headers, claims));
                break;
            case BodyEncoding.Gzip when await GunzipAsync(endpoint, headers, claims, sent) is { } body:
                await ForwardAsync(http, endpoint, headers, claims, body);
                break;
            case BodyEncoding.Gzip:
                await ProblemWriter.WriteAsync(http, ProblemSlug.TooLarge, "The body is larger than 8 MiB once it is decoded.");
                break;
            default:
                http.Response.Headers.AcceptEncoding = "gzip";
                await ProblemWriter.WriteAsync(
                    http, ProblemSlug.UnsupportedEncoding, "Send the body as it is, or with Content-Encoding: gzip.");
                break;
        }
    }

    /// <summary>
    /// The decoded and parsed body; null when it unfolds beyond the limit. As many at a time as there are cores: more would not be faster
    /// and would hold up to 8 MiB each.
    /// </summary>
    private async Task<AgentBody?> GunzipAsync(
        AgentEndpoint endpoint, AgentHeaders headers, TokenClaims<ServerId> claims, ReadOnlyMemory<byte> sent)
    {
        await _decoding.WaitAsync();
        try
        {
            using var decoded = BodyDecoder.Gunzip(sent);
            return decoded.Fault switch
            {
                DecodingFault.TooLarge => null,
                DecodingFault.Damaged => AgentBody.NotJson("The body is no whole gzip stream."),
                _ => endpoint.Parse(decoded.Bytes, headers, claims),
            };
        }
        finally
        {
            _decoding.Release();
        }
    }

    private Task ForwardAsync(
        HttpContext http, AgentEndpoint endpoint, AgentHeaders headers, TokenClaims<ServerId> claims, AgentBody body) => body switch
        {
            { Payload: { } payload } => AskAsync(http, endpoint, headers, claims, payload),
            { Malformed: { } fault } => ProblemWriter.WriteAsync(http, ProblemSlug.MalformedRequest, fault),
            _ => ProblemWriter.WriteAsync(
                http, ProblemSlug.InvalidContent, "The body holds something that cannot be taken.", errors: body.Errors),
        };

    private async Task AskAsync(
        HttpContext http, AgentEndpoint endpoint, AgentHeaders headers, TokenClaims<ServerId> claims, IAgentPayload payload)
    {
        var reply = await endpoint.AskAsync(engine, new AgentRequest(
            claims.Team, claims.Subject, NewCall(), TokenHash.Of(headers.Token.Span), headers.Signature, headers.TimestampSeconds,
            payload, http.Connection.RemoteIpAddress?.ToString()), http);
        switch (reply)
        {
            case Refused { Kind: RefusalKind.CredentialsRejected }:
                await RejectAsync(http);
                break;
            case Refused refused:
                await ProblemWriter.WriteAsync(http, refused);
                break;
            default:
                await endpoint.WriteAsync(http, reply);
                break;
        }
    }

    /// <summary>One answer for everything that can be wrong with a credential, here or in the entity, byte for byte.</summary>
    private Task RejectAsync(HttpContext http) => failures.TryCount(http.Connection.RemoteIpAddress)
        ? ProblemWriter.WriteAsync(http, ProblemSlug.CredentialsRejected, "The token or the signature is not valid here.")
        : ProblemWriter.WriteAsync(
            http, ProblemSlug.RateLimited, "Too many rejected credentials came from this address. Wait a second, then try again.");

    private static Task RefuseSizeAsync(HttpContext http) =>
        ProblemWriter.WriteAsync(http, ProblemSlug.TooLarge, "A body has at most 1 MiB as sent. Send less at once.");

    /// <summary>Reads a stranger's body as a friend's is read, with the same HMAC over it and without keeping it; false when it is too
    /// large.</summary>
    private static async ValueTask<bool> TryDrainAsync(HttpRequest request, AgentEndpoint endpoint, AgentHeaders headers)
    {
        using var decoy = RequestVerifier.NewDecoy(HttpMethods.Post, endpoint.Path);
        using var body = new ArrivingBody(request.BodyReader);
        var length = 0L;
        decoy.AppendData(Encoding.ASCII.GetBytes(headers.Timestamp));
        bool hasMore;
        do
        {
            var part = await body.NextAsync();
            length += part.Buffer.Length;
            if (length <= Limits.RequestBodyBytes)
            {
                foreach (var segment in part.Buffer) decoy.AppendData(segment.Span);
            }
            hasMore = body.Advance(part);
            if (length > Limits.RequestBodyBytes) return false;
        }
        while (hasMore);
        CryptographicOperations.FixedTimeEquals(decoy.GetHashAndReset(), headers.Signature);
        return true;
    }

    private static Guid NewCall()
    {
        Span<byte> random = stackalloc byte[16];
        RandomDraws.Fill(random);
        return new Guid(random);
    }
}
