using System.Collections.Immutable;
using HostAtlas.Engine.Cluster;
using HostAtlas.Shared;
using HostAtlas.Shared.Wire;

namespace HostAtlas.Engine.Servers;

/// <summary>
/// What is decided about commands to an agent. Pure. A command that expired is told of with the next decision after it, and is not handed
/// out from the moment on.
/// </summary>
public static class CommandDecisions
{
    /// <summary>Commands with an end that are kept to be shown, the newest of them.</summary>
    public const int EndedKept = 50;

    private static readonly Refused
        NoServer = new(RefusalKind.NotFound, "There is no such server."),
        NoCommand = new(RefusalKind.NotFound, "There is no such command here."),
        Full = new(RefusalKind.Conflict, $"{Limits.OpenCommands} commands wait for this server's agent already. Wait until it has taken "
            + "some, or until they expire an hour after they were queued."),
        Taken = new(RefusalKind.Conflict, "Another command has this id. Name a fresh one, or none.");

    private const string TooSoon = "A backup was asked for less than 5 minutes ago.", NoAnswer = "No result came within an hour.";

    /// <summary>A person or a key asks for something.</summary>
    public static Decision Queue(ServerState state, QueueCommand command, DateTimeOffset now)
    {
        if (!state.Exists || state.ClosedAt is not null) return Decision.Answer(NoServer);
        if (Fault(command) is { } fault) return Decision.Answer(fault);
        if (state.Commands.FirstOrDefault(item => item.Id == command.Id) is { } known)
            // Sent again after a lost answer.
            return Decision.Answer(known.Kind == command.Kind && known.ReadDataPercent == command.ReadDataPercent
                ? new CommandShown(Standing(known, now)) : Taken);
        var expired = Expired(state, now);
        if (Open(state, now).Count >= Limits.OpenCommands) return new Decision(expired, Full);
        var item = new CommandItem(command.Id, command.Kind, command.ReadDataPercent, command.By, now);
        IEntityEvent queued = new CommandQueued(item.Id, item.Kind, item.ReadDataPercent, now, command.By);
        if (!IsTooSoon(state, item)) return new Decision([.. expired, queued], new CommandShown(item));
        // Kept and told like one that the agent refused: whoever asked sees why nothing happens.
        var ended = new CommandEnded(item.Id, item.Kind, CommandStanding.Refused, TooSoon, now, Author.Platform);
        return new Decision([.. expired, queued, ended], new CommandShown(Apply(item, ended)));
    }

    /// <summary>All that is known, the newest first.</summary>
    public static Decision List(ServerState state, DateTimeOffset now) => !state.Exists || state.ClosedAt is not null
        ? Decision.Answer(NoServer)
        : new Decision(Expired(state, now), new CommandsShown([.. state.Commands.Select(item => Standing(item, now)).Reverse()]));

    /// <summary>The agent answers. The first result counts; each later one is taken and changes nothing.</summary>
    public static Decision End(ServerState state, ResultPayload result, Author agent, DateTimeOffset now)
    {
        if (state.Commands.FirstOrDefault(item => item.Id == result.Command) is not { } item) return Decision.Answer(NoCommand);
        // A backup may take longer than a command lives: what came of it is worth knowing all the same.
        return item.Standing is not (CommandStanding.Open or CommandStanding.Expired)
            ? Decision.Answer(Done.Instance)
            : Decision.Journal(new CommandEnded(item.Id, item.Kind, result.Standing, result.Detail, now, agent), Done.Instance);
    }

    /// <summary>What the agent is to do, the oldest first.</summary>
    public static IReadOnlyList<CommandItem> Open(ServerState state, DateTimeOffset now) =>
        state.ClosedAt is not null
            ? []
            : [.. state.Commands.Where(item => item.Standing == CommandStanding.Open && now < item.ExpiresAt())];

    /// <summary>The commands after an event.</summary>
    internal static ImmutableList<CommandItem> Apply(ImmutableList<CommandItem> commands, IEntityEvent happened)
    {
        var next = happened switch
        {
            CommandQueued e => commands.Add(new CommandItem(e.Id, e.Kind, e.ReadDataPercent, e.By, e.At)),
            CommandEnded e when commands.FindIndex(item => item.Id == e.Id) is var at and >= 0 =>
                commands.SetItem(at, Apply(commands[at], e)),
            _ => commands,
        };
        // The open ones are bounded by the queue.
        var ended = next.Count(item => item.Standing != CommandStanding.Open) - EndedKept;
        return ended <= 0 ? next : next.RemoveAll(item => item.Standing != CommandStanding.Open && ended-- > 0);
    }

    private static CommandItem Apply(CommandItem item, CommandEnded ended) =>
        item with { Standing = ended.Standing, EndedAt = ended.At, Detail = ended.Detail };

    private static List<IEntityEvent> Expired(ServerState state, DateTimeOffset now) =>
        [.. state.Commands.Where(item => IsExpired(item, now)).Select(item =>
            new CommandEnded(item.Id, item.Kind, CommandStanding.Expired, NoAnswer, now, Author.Platform))];

    // As it will stand when the events of this decision are applied.
    private static CommandItem Standing(CommandItem item, DateTimeOffset now) => IsExpired(item, now)
        ? item with { Standing = CommandStanding.Expired, EndedAt = now, Detail = NoAnswer } : item;

    private static bool IsExpired(CommandItem item, DateTimeOffset now) =>
        item.Standing == CommandStanding.Open && now >= item.ExpiresAt();

    private static bool IsTooSoon(ServerState state, CommandItem item) => item.Kind == CommandKind.BackupRun
        && state.Commands.Any(other => other.Kind == CommandKind.BackupRun && other.Standing != CommandStanding.Refused
            && item.IssuedAt - other.IssuedAt < TimeSpan.FromSeconds(Limits.BackupRunPauseSeconds));

    // The gateway checks the body; an entity takes nothing on trust that it will hand to an agent.
    private static Refused? Fault(QueueCommand command) => command switch
    {
        { Kind: CommandKind.BackupVerify, ReadDataPercent: null or (>= 1 and <= 100) } => null,
        { Kind: CommandKind.BackupRun or CommandKind.InventoryRefresh or CommandKind.AgentPing, ReadDataPercent: null } => null,
        _ => new Refused(RefusalKind.InvalidContent, "There is no such command, or not with such arguments."),
    };
}
