using System.Text.Json;
using HostAtlas.Shared.Ids;

namespace HostAtlas.Shared.Wire;

/// <summary>The body of <c>POST /api/agent/commands/poll</c>. <paramref name="Wait"/>: seconds until an empty answer, 0-50.</summary>
public sealed record CommandPoll(Guid Request, int Wait);

/// <summary>Its answer 200, the oldest first. A command comes again with each poll until its result arrived or it expired.</summary>
public sealed record CommandList(IReadOnlyList<AgentCommand> Commands);

/// <summary>
/// Something to do, once for each id. <paramref name="Kind"/>: one of <see cref="CommandKind"/>; an agent answers every other kind, and
/// arguments that are not exactly the kind's, with <see cref="CommandStatus.Refused"/>. It ends <see cref="Limits.CommandSeconds"/> after
/// <paramref name="IssuedAt"/>, by the platform's clock.
/// </summary>
public sealed record AgentCommand(CommandId Id, string Kind, JsonElement Arguments, DateTimeOffset IssuedAt);

/// <summary>
/// The body of <c>POST /api/agent/commands/{id}/result</c>. <paramref name="Status"/>: one of <see cref="CommandStatus"/>.
/// <paramref name="Detail"/>: for people, redacted, at most <see cref="Limits.CommandDetailLength"/> characters. The first result counts.
/// </summary>
public sealed record CommandResult(Guid Request, string Status, string Detail);

/// <summary>The closed set of what an agent can be asked to do. No kind carries code, a path, or a change of redaction or keys.</summary>
public static class CommandKind
{
    /// <summary>Back up now. No arguments.</summary>
    public const string BackupRun = "backup.run";

    /// <summary>Look whether the backups are whole. <c>readDataPercent</c>, optional: how much of the data to read, 1-100.</summary>
    public const string BackupVerify = "backup.verify";

    /// <summary>Send the inventory now. No arguments.</summary>
    public const string InventoryRefresh = "inventory.refresh";

    /// <summary>Answer. No arguments.</summary>
    public const string AgentPing = "agent.ping";

    /// <summary>The one argument that there is, of <see cref="BackupVerify"/>.</summary>
    public const string ReadDataPercent = "readDataPercent";
}

/// <summary>The closed set of what became of a command.</summary>
public static class CommandStatus
{
    /// <summary>It was done.</summary>
    public const string Done = "done";

    /// <summary>It was tried and did not succeed; the detail says why.</summary>
    public const string Failed = "failed";

    /// <summary>It was not tried; the detail says why.</summary>
    public const string Refused = "refused";
}
