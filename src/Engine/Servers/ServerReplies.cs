namespace HostAtlas.Engine.Servers;

/// <summary>
/// The batch is durable. <paramref name="Reports"/> and <paramref name="Samples"/> count what is stored (now or by an earlier send of the
/// same batch), <paramref name="Expired"/> the reports that are older than the retention.
/// </summary>
public sealed record MetricsStored(int Reports, int Samples, int Expired) : IEngineReply;

/// <summary>The lines are durable; <paramref name="Expired"/> counts those that are older than the retention.</summary>
public sealed record LogsStored(int Lines, int Expired) : IEngineReply;

/// <summary>What an agent is to do, the oldest first; nothing when its wait ended.</summary>
public sealed record CommandsOffered(IReadOnlyList<CommandItem> Commands) : IEngineReply
{
    /// <summary>Nothing.</summary>
    public static readonly CommandsOffered None = new([]);
}

/// <summary>One command.</summary>
public sealed record CommandShown(CommandItem Command) : IEngineReply;

/// <summary>The commands of a server, the newest first.</summary>
public sealed record CommandsShown(IReadOnlyList<CommandItem> Commands) : IEngineReply;
