using HostAtlas.Engine;
using HostAtlas.Engine.Servers;
using HostAtlas.Shared.Ids;
using HostAtlas.Shared.Tokens;
using HostAtlas.Shared.Wire;

namespace HostAtlas.Gateway.Ingest;

/// <summary><c>POST /api/agent/logs</c>.</summary>
internal sealed class LogsEndpoint : AgentEndpoint
{
    /// <inheritdoc />
    public override string Path => "/api/agent/logs";

    /// <inheritdoc />
    public override AgentBody Parse(ReadOnlySpan<byte> utf8, AgentHeaders headers, TokenClaims<ServerId> claims) =>
        LogsBodyParser.Parse(utf8, headers.Signature);

    /// <inheritdoc />
    public override Task WriteAsync(HttpContext http, IEngineReply reply) => reply is LogsStored stored
        ? WriteAsync(
            http, StatusCodes.Status202Accepted, new LogsAccepted(stored.Lines, stored.Expired), WireJson.Default.LogsAccepted)
        : throw Unexpected(reply);
}
