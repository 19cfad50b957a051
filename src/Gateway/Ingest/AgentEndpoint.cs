using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using HostAtlas.Engine;
using HostAtlas.Engine.Servers;
using HostAtlas.Shared.Ids;
using HostAtlas.Shared.Tokens;
using HostAtlas.Shared.Wire;

namespace HostAtlas.Gateway.Ingest;

/// <summary>One endpoint of the agents: what its bodies mean and how its answers look. All else is the gate's, the same for each.</summary>
internal abstract class AgentEndpoint
{
    /// <summary>Its path. Exact: it is part of what is signed.</summary>
    public abstract string Path { get; }

    /// <summary>Reads a decoded body of whom the claims name.</summary>
    public abstract AgentBody Parse(ReadOnlySpan<byte> utf8, AgentHeaders headers, TokenClaims<ServerId> claims);

    /// <summary>Asks the engine.</summary>
    public virtual Task<IEngineReply> AskAsync(EngineClient engine, AgentRequest request, HttpContext http) => engine.AskAsync(request);

    /// <summary>Writes what the engine answered, but for refusals.</summary>
    public abstract Task WriteAsync(HttpContext http, IEngineReply reply);

    /// <summary>Writes a JSON body.</summary>
    protected static Task WriteAsync<T>(HttpContext http, int status, T body, JsonTypeInfo<T> type)
    {
        var bytes = JsonSerializer.SerializeToUtf8Bytes(body, type);
        http.Response.StatusCode = status;
        http.Response.ContentType = "application/json";
        http.Response.ContentLength = bytes.Length;
        return http.Response.Body.WriteAsync(bytes, http.RequestAborted).AsTask();
    }

    /// <summary>Answers 202 with nothing to say: it is durable.</summary>
    protected static Task AcceptAsync(HttpContext http)
    {
        http.Response.StatusCode = StatusCodes.Status202Accepted;
        http.Response.ContentType = "application/json";
        http.Response.ContentLength = 2;
        return http.Response.Body.WriteAsync("{}"u8.ToArray(), http.RequestAborted).AsTask();
    }

    /// <summary>The engine answered what belongs to another endpoint: a mistake of ours.</summary>
    protected InvalidOperationException Unexpected(IEngineReply reply) => new($"A door answered {reply.GetType().Name} to {Path}.");
}

/// <summary>What became of a body: a payload, or bytes that are no JSON object (400), or content that cannot be taken (422).</summary>
internal readonly record struct AgentBody(IAgentPayload? Payload, string? Malformed, IReadOnlyList<ContentError>? Errors)
{
    /// <summary>A payload.</summary>
    public static AgentBody Of(IAgentPayload payload) => new(payload, null, null);

    /// <summary>No JSON object.</summary>
    public static AgentBody NotJson(string detail) => new(null, detail, null);

    /// <summary>Well-formed and not acceptable.</summary>
    public static AgentBody Invalid(IReadOnlyList<ContentError> errors) => new(null, null, errors);
}
