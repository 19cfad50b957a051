using System.Text.Json;
using HostAtlas.Engine;
using HostAtlas.Engine.Backups;
using HostAtlas.Gateway.People.Rights;
using HostAtlas.Shared.Backups;

namespace HostAtlas.Gateway.People;

/// <summary><c>POST /api/servers/{id}/backups/freeze</c> and <c>…/resume</c>.</summary>
internal sealed class FreezeEndpoints(EngineClient engine, ChainEvidence evidence, ServerEndpoints servers)
{
    /// <summary>200 with the chain, which takes nothing from here on. A chain that is frozen stays as it was frozen first.</summary>
    public async Task<Answer> FreezeAsync(HttpContext http)
    {
        var admitted = await servers.AdmitAsync(http, Operation.FreezeBackups);
        if (admitted.Value is not (var grant, var server)) return admitted.Failure!;
        var read = await JsonBody.ReadAsync(http, PeopleJson.Default.FreezeBody);
        if (read.Value is not { } body) return read.Failure!;
        var fields = new Fields();
        var reason = fields.Reason("/reason", body.Reason);
        if (fields.Failure is { } faults) return faults;
        return await CarryAsync(http, grant, new FreezeBackups(grant.Team, server, FreezeCause.Person, grant.By) { Reason = reason });
    }

    /// <summary>200 with the chain, which is open again.</summary>
    public async Task<Answer> ResumeAsync(HttpContext http)
    {
        var admitted = await servers.AdmitAsync(http, Operation.ResumeBackups);
        if (admitted.Value is not (var grant, var server)) return admitted.Failure!;
        var read = await JsonBody.ReadAsync(http, PeopleJson.Default.ResumeBody);
        if (read.Value is not { } body) return read.Failure!;
        var fields = new Fields();
        var reason = fields.Reason("/reason", body.Reason);
        var (all, pairs) = Acceptance(body.Accept, fields);
        if (fields.Failure is { } faults) return faults;
        return await CarryAsync(http, grant, new ResumeBackups(grant.Team, server, grant.By)
        {
            Reason = reason,
            AcceptsAll = all,
            Accepts = pairs,
        });
    }

    // Not given up because the sender hung up: what was asked for is to stand when the person looks again.
    private async Task<Answer> CarryAsync(HttpContext http, Grant grant, IBackupCommand command)
    {
        var done = Failure.Unless<Done>(await engine.AskAsync(command, CancellationToken.None));
        if (done.Failure is { } refused) return refused;
        var reply = Failure.Unless<BackupsShown>(await engine.AskAsync(new ShowBackups(grant.Team, command.Server), http.RequestAborted));
        return reply.Value is { } shown
            ? Answer.Json(
                StatusCodes.Status200OK, await evidence.ViewAsync(grant, command.Server, shown, http.RequestAborted),
                PeopleJson.Default.ChainView)
            : reply.Failure!;
    }

    /// <summary>
    /// <c>"all"</c>, or a list of pairs; nothing when it is missing. Named one by one, or as what lies before the platform: never "whatever
    /// comes".
    /// </summary>
    internal static (bool All, HitPairs? Pairs) Acceptance(JsonElement? accept, Fields fields)
    {
        const string Expected = "\"all\", or a list of at most 5,000 {path, content} of 32 lower-case hex digits each is expected.";
        if (accept is not { ValueKind: not JsonValueKind.Null } given) return (false, null);
        if (given.ValueKind == JsonValueKind.String && given.GetString() == "all") return (true, null);
        if (given.ValueKind != JsonValueKind.Array || given.GetArrayLength() > HitPairs.AtMost)
        {
            fields.Fault("/accept", Expected);
            return (false, null);
        }
        var pairs = new List<(string Path, string Content)>(given.GetArrayLength());
        foreach (var pair in given.EnumerateArray())
        {
            if (Id(pair, "path") is not { } path || Id(pair, "content") is not { } content)
            {
                fields.Fault($"/accept/{pairs.Count}", Expected);
                return (false, null);
            }
            pairs.Add((path, content));
        }
        return (false, pairs.Count == 0 ? null : HitPairs.Of(pairs));
    }

    private static string? Id(JsonElement pair, string name) =>
        pair.ValueKind == JsonValueKind.Object && pair.TryGetProperty(name, out var id) && id.ValueKind == JsonValueKind.String
            && GateEvidenceForm.IsId(id.GetString()) ? id.GetString() : null;
}

/// <summary>The body of <c>POST /api/servers/{id}/backups/freeze</c>.</summary>
internal sealed record FreezeBody(string? Reason);

/// <summary>
/// The body of <c>POST /api/servers/{id}/backups/resume</c>. <paramref name="Accept"/>: <c>"all"</c>, a list of {path, content}, or null.
/// </summary>
internal sealed record ResumeBody(string? Reason, JsonElement? Accept);
