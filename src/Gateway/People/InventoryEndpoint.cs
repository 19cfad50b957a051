using System.Buffers;
using System.Text;
using System.Text.Json;
using HostAtlas.Engine.Inventory;
using HostAtlas.Gateway.People.Rights;
using HostAtlas.Shared.Wire;

namespace HostAtlas.Gateway.People;

/// <summary><c>GET /api/servers/{id}/inventory</c>.</summary>
internal sealed class InventoryEndpoint(IInventoryReader reader, ServerEndpoints servers)
{
    /// <summary>
    /// 200: the latest inventory, or before the first one the same members empty and <c>receivedAt</c> null: a server without an inventory
    /// is there, and 404 would say that it is not.
    /// </summary>
    public async Task<Answer> GetAsync(HttpContext http)
    {
        var admitted = await servers.AdmitAsync(http, Operation.ReadInventory);
        if (admitted.Value is not (var grant, var server)) return admitted.Failure!;
        return new InventoryAnswer(await reader.FindAsync(grant.Team, server, http.RequestAborted));
    }
}

/// <summary>
/// <c>{"receivedAt": time|null, "host": {…}|null, "cron": […], …}</c>: every member is there, whatever the agent sent. Written as it goes,
/// since an inventory may be of 8 MiB.
/// </summary>
internal sealed record InventoryAnswer(ShownInventory? Inventory) : Answer
{
    /// <inheritdoc />
    public override async Task WriteAsync(HttpContext http)
    {
        http.Response.ContentType = "application/json";
        using var kept = Inventory is null ? null : JsonDocument.Parse(Inventory.Json);
        var body = new ArrayBufferWriter<byte>();
        await using (var json = new Utf8JsonWriter(body)) Write(json, kept?.RootElement);
        http.Response.ContentLength = body.WrittenCount;
        await http.Response.Body.WriteAsync(body.WrittenMemory, http.RequestAborted);
    }

    private void Write(Utf8JsonWriter json, JsonElement? kept)
    {
        json.WriteStartObject();
        if (Inventory is null) json.WriteNull("receivedAt");
        else json.WriteString("receivedAt", TimeJsonConverter.Text(Inventory.ReceivedAt));
        foreach (var name in PackedInventory.Members)
        {
            json.WritePropertyName(name);
            if (kept?.TryGetProperty(name, out var member) == true) member.WriteTo(json);
            else if (name is "host" or "agent") json.WriteNullValue();
            else
            {
                json.WriteStartArray();
                json.WriteEndArray();
            }
        }
        json.WriteEndObject();
    }
}
