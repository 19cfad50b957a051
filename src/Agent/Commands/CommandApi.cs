using System.Text.Json;
using HostAtlas.Agent.Credentials;
using HostAtlas.Agent.Spool;
using HostAtlas.Agent.Uplink;
using HostAtlas.Shared;
using HostAtlas.Shared.Ids;
using HostAtlas.Shared.Wire;

namespace HostAtlas.Agent.Commands;

/// <summary>
/// The platform's two endpoints for commands, each request signed anew. Not thread-safe: each loop has its own, with a connection of its
/// own.
/// </summary>
/// <param name="client">The connection.</param>
/// <param name="token">The credential as it lies in STATE now.</param>
/// <param name="clock">The platform's clock, shared with all that is sent.</param>
/// <param name="wait">How long the platform may hold a poll back.</param>
internal sealed class CommandApi(PlatformClient client, Func<AgentToken> token, PlatformClock clock, TimeSpan wait) : IDisposable
{
    /// <summary>The endpoint of the question.</summary>
    public const string PollPath = "/api/agent/commands/poll";

    /// <summary>The wait of a poll that the protocol allows at most.</summary>
    public static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(Limits.PollWaitMaxSeconds);

    /// <summary>Asks for commands.</summary>
    /// <exception cref="ConnectionFaultException">No answer, or not from the platform.</exception>
    public Task<PlatformAnswer> PollAsync(CancellationToken stop) =>
        clock.AskAsync(offset => client.PollSignedAsync(token(), PollPath, PollBody(wait), wait, offset, stop));

    /// <summary>The question, as JSON.</summary>
    public static byte[] PollBody(TimeSpan wait) =>
        JsonSerializer.SerializeToUtf8Bytes(new CommandPoll(BatchId.Draw(), (int)wait.TotalSeconds), WireJson.Default.CommandPoll);

    /// <summary>Tells what became of a command.</summary>
    /// <exception cref="ConnectionFaultException">No answer, or not from the platform.</exception>
    public Task<PlatformAnswer> ResultAsync(CommandId id, CommandOutcome outcome, CancellationToken stop) =>
        clock.AskAsync(offset => client.PollSignedAsync(token(), $"/api/agent/commands/{id}/result", JsonSerializer.SerializeToUtf8Bytes(
            new CommandResult(BatchId.Draw(), outcome.Status, outcome.Detail), WireJson.Default.CommandResult),
            TimeSpan.Zero, offset, stop));

    /// <inheritdoc />
    public void Dispose() => client.Dispose();
}
