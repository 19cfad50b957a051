namespace HostAtlas.Agent.Commands;

/// <summary>Carries commands out on this host.</summary>
internal interface ICommandWork
{
    /// <summary>Runs one to its end. What goes wrong is an outcome; only a stop of the agent is thrown.</summary>
    /// <exception cref="OperationCanceledException">The agent stops.</exception>
    Task<CommandOutcome> RunAsync(PlatformCommand command, CancellationToken stop);
}
