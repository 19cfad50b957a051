namespace HostAtlas.Agent.Commands;

/// <summary>
/// What a platform can ask of this agent: these four and nothing else. No kind carries code, a path, or a change of what is redacted or
/// sealed, so the most that a hostile platform gets done is what this host does by itself anyway, at another time.
/// </summary>
public abstract record PlatformCommand
{
    private PlatformCommand() { }

    /// <summary>Answer, and nothing more.</summary>
    public sealed record Ping : PlatformCommand;

    /// <summary>Take a backup now, as the schedule would.</summary>
    public sealed record BackupRun : PlatformCommand;

    /// <summary>Check that what was backed up could be restored.</summary>
    /// <param name="ReadDataPercent">How much of the packs is read and hashed, 1-100; null: none.</param>
    public sealed record BackupVerify(int? ReadDataPercent) : PlatformCommand;

    /// <summary>Send the inventory now.</summary>
    public sealed record InventoryRefresh : PlatformCommand;
}

/// <summary>What became of a command, as it is answered.</summary>
/// <param name="Status">One of <see cref="Shared.Wire.CommandStatus"/>.</param>
/// <param name="Detail">A sentence for people.</param>
public sealed record CommandOutcome(string Status, string Detail)
{
    /// <summary>It was done.</summary>
    public static CommandOutcome Done(string detail) => new(Shared.Wire.CommandStatus.Done, detail);

    /// <summary>It was tried and did not succeed.</summary>
    public static CommandOutcome Failed(string detail) => new(Shared.Wire.CommandStatus.Failed, detail);

    /// <summary>It was not tried.</summary>
    public static CommandOutcome Refused(string detail) => new(Shared.Wire.CommandStatus.Refused, detail);
}
