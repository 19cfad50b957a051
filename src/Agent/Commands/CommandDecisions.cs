using System.Globalization;
using HostAtlas.Agent.Configuration;
using HostAtlas.Shared;
using HostAtlas.Shared.Wire;

namespace HostAtlas.Agent.Commands;

/// <summary>What is done about a command that came.</summary>
public abstract record CommandVerdict
{
    private CommandVerdict() { }

    /// <summary>Run it.</summary>
    public sealed record Run(PlatformCommand Command) : CommandVerdict;

    /// <summary>Answer without running it.</summary>
    public sealed record Refuse(string Why) : CommandVerdict;

    /// <summary>It came before and has a result: that one is told again.</summary>
    public sealed record TellAgain : CommandVerdict;

    /// <summary>It came before and goes on.</summary>
    public sealed record GoesOn : CommandVerdict;
}

/// <summary>What a verdict rests on besides the command.</summary>
/// <param name="PlatformNow">The platform's clock when it sent the command: both times are its own, so a wrong clock here refuses
/// nothing.</param>
/// <param name="Now">This host's clock.</param>
/// <param name="Zone">This host's time zone, for quiet hours.</param>
public sealed record CommandMoment(DateTimeOffset PlatformNow, DateTimeOffset Now, TimeZoneInfo Zone);

/// <summary>Whether a command is run, refused, or answered with what is known: one pure function.</summary>
public static class CommandDecisions
{
    // Clocks of two machines of one platform may differ a little.
    private static readonly TimeSpan AheadMax = TimeSpan.FromMinutes(5);

    /// <summary>Judges one command.</summary>
    /// <param name="received">The command.</param>
    /// <param name="known">What STATE knows of past ones.</param>
    /// <param name="options">What the host's owner allows.</param>
    /// <param name="moment">The clocks.</param>
    public static CommandVerdict Decide(
        ReceivedCommand received, IReadOnlyList<LedgerEntry> known, AgentOptions options, CommandMoment moment)
    {
        ArgumentNullException.ThrowIfNull(received);
        ArgumentNullException.ThrowIfNull(known);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(moment);
        if (known.FirstOrDefault(entry => entry.Id == received.Id) is { } before)
            return before.Status is null ? new CommandVerdict.GoesOn() : new CommandVerdict.TellAgain();
        if (received.Command is not { } command) return new CommandVerdict.Refuse($"not run: {received.Why}");
        var age = moment.PlatformNow - received.IssuedAt;
        if (age.TotalSeconds > Limits.CommandSeconds) return new CommandVerdict.Refuse("not run: it is older than an hour");
        if (age < -AheadMax) return new CommandVerdict.Refuse("not run: it was issued in the future");
        if (!options.Commands.Allows(received.Kind))
            return new CommandVerdict.Refuse($"not run: this host's configuration does not allow {received.Kind}");
        return Busy(command, known, options, moment) is { } why ? new CommandVerdict.Refuse(why) : new CommandVerdict.Run(command);
    }

    private static string? Busy(
        PlatformCommand command, IReadOnlyList<LedgerEntry> known, AgentOptions options, CommandMoment moment)
    {
        if (command is PlatformCommand.Ping) return null;
        if (options.QuietHours?.EndOf(moment.Now, moment.Zone) is { } end)
            return string.Create(CultureInfo.InvariantCulture, $"not run: quiet hours on this host until {end.UtcDateTime:u}");
        var going = known.Where(entry => entry.Status is null).Select(entry => entry.Kind);
        if (command is PlatformCommand.InventoryRefresh)
            return going.Contains(CommandKind.InventoryRefresh) ? "not run: the inventory is being taken already" : null;
        // One heavy thing at a time: each of the two reads much, and memory is bounded for one.
        if (going.Any(kind => kind is CommandKind.BackupRun or CommandKind.BackupVerify))
            return "not run: a backup or a verification that was asked for goes on";
        var pause = TimeSpan.FromSeconds(Limits.BackupRunPauseSeconds);
        return command is PlatformCommand.BackupRun && known.Any(entry =>
            entry.Kind == CommandKind.BackupRun && entry.WasRun && (moment.Now - entry.At).Duration() < pause)
            ? "not run: a backup was asked for less than 5 minutes ago" : null;
    }
}
