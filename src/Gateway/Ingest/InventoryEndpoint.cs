using HostAtlas.Engine;
using HostAtlas.Engine.Inventory;
using HostAtlas.Engine.Servers;
using HostAtlas.Shared.Ids;
using HostAtlas.Shared.Tokens;

namespace HostAtlas.Gateway.Ingest;

/// <summary><c>POST /api/agent/inventory</c>.</summary>
internal sealed class InventoryEndpoint : AgentEndpoint
{
    /// <inheritdoc />
    public override string Path => "/api/agent/inventory";

    /// <inheritdoc />
    public override AgentBody Parse(ReadOnlySpan<byte> utf8, AgentHeaders headers, TokenClaims<ServerId> claims) =>
        BodyMembers.Read(utf8, body =>
        {
            InventoryShape.Check(body.Root, body.Faults);
            return new InventoryPayload(body.Faults.Count == 0 ? PackedInventory.Pack(body.Root) : []);
        });

    /// <inheritdoc />
    public override Task WriteAsync(HttpContext http, IEngineReply reply) =>
        reply is Done ? AcceptAsync(http) : throw Unexpected(reply);
}
