using HostAtlas.Agent.Commands;
using HostAtlas.Agent.Configuration;
using HostAtlas.Agent.Credentials;
using HostAtlas.Agent.Inventory;
using HostAtlas.Agent.Running;
using HostAtlas.Agent.Uplink;

namespace HostAtlas.Agent.CommandLine;

/// <summary>The lane of commands with its two connections: one is held by the question, results go out on the other.</summary>
internal sealed class OpenCommandLane : IDisposable
{
    private readonly CommandApi _polls, _results;

    private OpenCommandLane(CommandLane lane, CommandApi polls, CommandApi results) => (Lane, _polls, _results) = (lane, polls, results);

    /// <summary>The lane.</summary>
    public CommandLane Lane { get; }

    /// <summary>Opens it; nothing is connected yet.</summary>
    public static OpenCommandLane Open(
        AgentOptions options, StateFolder state, AgentSurroundings around, EventLog log, PlatformClock clock, InventoryReporter? inventory)
    {
        CommandApi Api(TimeSpan wait) => new(
            Connection.Open(options.Url, options.CaFile, options.HttpsProxy, around), new CurrentToken(state).Read, clock, wait);
        var (polls, results) = (Api(CommandApi.LongestWait), Api(TimeSpan.Zero));
        var work = new HostWork(options, state, around, log, inventory);
        return new OpenCommandLane(
            new CommandLane(options, new CommandLaneParts(
                polls, results, new CommandLedger(state.CommandsPath), work, log, around.Time, around.Random)),
            polls, results);
    }

    /// <inheritdoc />
    public void Dispose()
    {
        _polls.Dispose();
        _results.Dispose();
    }
}
