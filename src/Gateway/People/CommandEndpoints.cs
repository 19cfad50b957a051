using System.Security.Cryptography;
using System.Text.Json;
using HostAtlas.Engine;
using HostAtlas.Engine.Audit;
using HostAtlas.Engine.Servers;
using HostAtlas.Gateway.Ingest;
using HostAtlas.Gateway.People.Rights;
using HostAtlas.Shared.Ids;
using HostAtlas.Shared.Wire;

namespace HostAtlas.Gateway.People;

/// <summary><c>/api/servers/{id}/commands</c>: what the server's agent was asked to do.</summary>
internal sealed class CommandEndpoints(EngineClient engine, ServerEndpoints servers)
{
    /// <summary>200: a page, the newest first, of the open ones and the last that ended.</summary>
    public async Task<Answer> ListAsync(HttpContext http)
    {
        var admitted = await servers.AdmitAsync(http, Operation.ReadCommands);
        if (admitted.Value is not (var grant, var server)) return admitted.Failure!;
        var reply = Failure.Unless<CommandsShown>(await engine.AskAsync(new ListCommands(grant.Team, server), http.RequestAborted));
        return reply.Value is { } shown
            ? ListQuery.AnswerOf(
                http, shown.Commands.Select(CommandView.Of).ToList(), item => item.Id.ToString(), PeopleJson.Default.CommandPage)
            : reply.Failure!;
    }

    /// <summary>
    /// 201 with the command, whose status is <c>queued</c>, or <c>refused</c> for a backup less than five minutes after the last. With an
    /// id of the caller's own it may be sent again.
    /// </summary>
    public async Task<Answer> PostAsync(HttpContext http)
    {
        var admitted = await servers.AdmitAsync(http, Operation.SendCommand);
        if (admitted.Value is not (var grant, var server)) return admitted.Failure!;
        var read = await JsonBody.ReadAsync(http, PeopleJson.Default.CommandBody);
        if (read.Value is not { } body) return read.Failure!;
        var fields = new Fields();
        var percent = CommandForm.Check(body, fields);
        if (!CommandForm.TryReadId(body.Id, out var id))
            fields.Fault("/id", "A UUID v4 in lower case with hyphens is expected, or none.");
        if (fields.Failure is { } faults) return faults;
        var reply = Failure.Unless<CommandShown>(await engine.AskAsync(
            new QueueCommand(grant.Team, server, id, body.Kind!, percent, grant.By), CancellationToken.None));
        return reply.Value is { } shown
            ? Answer.Json(StatusCodes.Status201Created, CommandView.Of(shown.Command), PeopleJson.Default.CommandView)
            : reply.Failure!;
    }
}

/// <summary>The body of <c>POST /api/servers/{id}/commands</c>. <paramref name="Id"/>: the caller's own, or null.</summary>
internal sealed record CommandBody(string? Kind, JsonElement? Arguments, string? Id);

/// <summary>The closed kinds and their closed arguments. Pure.</summary>
internal static class CommandForm
{
    private static readonly string[] Kinds =
        [CommandKind.BackupRun, CommandKind.BackupVerify, CommandKind.InventoryRefresh, CommandKind.AgentPing];

    /// <summary>Adds what is wrong with kind and arguments; gives the one argument there is.</summary>
    public static int? Check(CommandBody body, Fields fields)
    {
        if (!Kinds.Contains(body.Kind))
        {
            fields.Fault("/kind", $"One of {string.Join(", ", Kinds)} is expected.");
            return null;
        }
        int? percent = null;
        if (body.Arguments is not { ValueKind: not JsonValueKind.Null } arguments) return null;
        if (arguments.ValueKind != JsonValueKind.Object)
        {
            fields.Fault("/arguments", "An object is expected.");
            return null;
        }
        foreach (var argument in arguments.EnumerateObject())
        {
            // An argument that nobody knows is no member to pass over: whoever sends it expects something that would not come.
            if (body.Kind != CommandKind.BackupVerify || argument.Name != CommandKind.ReadDataPercent)
                fields.Fault("/arguments", "The command has no such argument.");
            else if (argument.Value.ValueKind == JsonValueKind.Number && argument.Value.TryGetInt32(out var given)
                && given is >= 1 and <= 100)
                percent = given;
            else fields.Fault($"/arguments/{CommandKind.ReadDataPercent}", "A whole number from 1 to 100 is expected.");
        }
        return percent;
    }

    /// <summary>The id that was given, or a new one.</summary>
    public static bool TryReadId(string? given, out CommandId id)
    {
        if (given is not null) return ResourceId.TryParse(given, out id);
        id = ResourceId.FromRandom<CommandId>(RandomNumberGenerator.GetBytes(ResourceId.SizeBytes));
        return true;
    }
}

/// <summary>A command for people; times are ISO 8601 in UTC. Who asked stands in the audit log.</summary>
/// <param name="Status"><c>queued</c>, <c>done</c>, <c>failed</c>, <c>refused</c> or <c>expired</c>.</param>
/// <param name="EndedAt">When it got another status than <c>queued</c>.</param>
/// <param name="Detail">What the agent, or the platform, says about it.</param>
internal sealed record CommandView(
    CommandId Id, string Kind, JsonElement Arguments, string Status, DateTimeOffset IssuedAt, DateTimeOffset ExpiresAt,
    DateTimeOffset? EndedAt, string? Detail)
{
    /// <summary>The entity's own for people.</summary>
    public static CommandView Of(CommandItem item) => new(
        item.Id, item.Kind, CommandArguments.Of(item), AuditNames.OfCommand(item.Standing), item.IssuedAt.ToUniversalTime(),
        item.ExpiresAt().ToUniversalTime(), item.EndedAt?.ToUniversalTime(), item.Detail);
}
