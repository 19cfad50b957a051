using HostAtlas.Engine;
using HostAtlas.Engine.Servers;
using HostAtlas.Shared;
using HostAtlas.Shared.Ids;
using HostAtlas.Shared.Tokens;
using HostAtlas.Shared.Wire;

namespace HostAtlas.Gateway.Ingest;

/// <summary><c>POST /api/agent/commands/poll</c>, the one endpoint that takes its time.</summary>
internal sealed class PollEndpoint : AgentEndpoint
{
    /// <inheritdoc />
    public override string Path => "/api/agent/commands/poll";

    /// <inheritdoc />
    public override AgentBody Parse(ReadOnlySpan<byte> utf8, AgentHeaders headers, TokenClaims<ServerId> claims) =>
        BodyMembers.Read(utf8, body => new PollPayload((int)body.Count("wait", Limits.PollWaitMaxSeconds)));

    /// <summary>
    /// Waits as long as the door does. It ends with the process: an agent that is told of no command polls again, somewhere else; and with
    /// the agent, for whom there is nobody to write to then.
    /// </summary>
    public override async Task<IEngineReply> AskAsync(EngineClient engine, AgentRequest request, HttpContext http)
    {
        var stopping = http.RequestServices.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping;
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stopping, http.RequestAborted);
        var wait = TimeSpan.FromSeconds(((PollPayload)request.Payload).WaitSeconds);
        try
        {
            return await engine.AskAsync(request, wait, either.Token);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            return CommandsOffered.None;
        }
    }

    /// <inheritdoc />
    public override Task WriteAsync(HttpContext http, IEngineReply reply) => reply is CommandsOffered offered
        ? WriteAsync(http, StatusCodes.Status200OK, new CommandList([.. offered.Commands.Select(Command)]), WireJson.Default.CommandList)
        : throw Unexpected(reply);

    private static AgentCommand Command(CommandItem item) =>
        new(item.Id, item.Kind, CommandArguments.Of(item), item.IssuedAt.ToUniversalTime());
}

/// <summary><c>POST /api/agent/commands/{id}/result</c>: the command is part of the path, and so of what is signed.</summary>
internal sealed class ResultEndpoint : AgentEndpoint
{
    private const string Before = "/api/agent/commands/", Behind = "/result";

    private readonly CommandId _command;

    private ResultEndpoint(CommandId command) => _command = command;

    /// <inheritdoc />
    public override string Path => $"{Before}{_command}{Behind}";

    /// <summary>The endpoint of a path; null when it is none of these, as with an id in another spelling.</summary>
    public static ResultEndpoint? Find(ReadOnlySpan<char> path) =>
        path.Length == Before.Length + ResourceId.TextLength + Behind.Length && path.StartsWith(Before) && path.EndsWith(Behind)
        && ResourceId.TryParse<CommandId>(path.Slice(Before.Length, ResourceId.TextLength).ToString(), out var command)
            ? new ResultEndpoint(command)
            : null;

    /// <inheritdoc />
    public override AgentBody Parse(ReadOnlySpan<byte> utf8, AgentHeaders headers, TokenClaims<ServerId> claims) =>
        BodyMembers.Read(utf8, body => new ResultPayload(_command, Standing(body), body.Text("detail", Limits.CommandDetailLength)));

    /// <inheritdoc />
    public override Task WriteAsync(HttpContext http, IEngineReply reply) =>
        reply is Done ? AcceptAsync(http) : throw Unexpected(reply);

    private static CommandStanding Standing(BodyMembers body)
    {
        switch (body.Text("status", int.MaxValue))
        {
            case CommandStatus.Done: return CommandStanding.Done;
            case CommandStatus.Failed: return CommandStanding.Failed;
            case CommandStatus.Refused: return CommandStanding.Refused;
            default:
                if (body.Faults.Count == 0) body.Faults.Add("/status", "One of done, failed, refused is expected.");
                return default;
        }
    }
}
