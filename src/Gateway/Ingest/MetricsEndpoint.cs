using System.Text.Unicode;
using HostAtlas.Engine;
using HostAtlas.Engine.Servers;
using HostAtlas.Shared.Ids;
using HostAtlas.Shared.Tokens;

namespace HostAtlas.Gateway.Ingest;

/// <summary><c>POST /api/agent/metrics</c>.</summary>
internal sealed class MetricsEndpoint : AgentEndpoint
{
    /// <summary>The endpoint's path.</summary>
    public const string MetricsPath = "/api/agent/metrics";

    private readonly LastNames _names = new();

    /// <inheritdoc />
    public override string Path => MetricsPath;

    /// <inheritdoc />
    public override AgentBody Parse(ReadOnlySpan<byte> utf8, AgentHeaders headers, TokenClaims<ServerId> claims)
    {
        var last = _names.Of(claims.Subject);
        var body = MetricsBodyParser.Parse(utf8, headers.TimestampSeconds, headers.Signature, last);
        if (body.Batch?.Sets[0] is { } names && !ReferenceEquals(names, last)) _names.Keep(claims.Subject, names);
        return new AgentBody(body.Batch is { } batch ? new MetricsPayload(batch) : null, body.Malformed, body.Errors);
    }

    /// <inheritdoc />
    public override Task WriteAsync(HttpContext http, IEngineReply reply)
    {
        if (reply is not MetricsStored stored) throw Unexpected(reply);
        var span = http.Response.BodyWriter.GetSpan(128);
        Utf8.TryWrite(span, $"{{\"reports\":{stored.Reports},\"samples\":{stored.Samples},\"expired\":{stored.Expired}}}", out var length);
        http.Response.StatusCode = StatusCodes.Status202Accepted;
        http.Response.ContentType = "application/json";
        http.Response.ContentLength = length;
        // The end of the request flushes; a flush of one's own would be a second one with nothing in it.
        http.Response.BodyWriter.Advance(length);
        return Task.CompletedTask;
    }
}
