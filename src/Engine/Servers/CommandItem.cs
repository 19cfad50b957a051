using HostAtlas.Shared;
using HostAtlas.Shared.Ids;
using HostAtlas.Shared.Wire;

namespace HostAtlas.Engine.Servers;

/// <summary>Something that an agent was asked to do, and what came of it.</summary>
/// <param name="Kind">One of <see cref="CommandKind"/>.</param>
/// <param name="ReadDataPercent">The argument of <see cref="CommandKind.BackupVerify"/>, 1-100; null for none.</param>
/// <param name="By">Who asked.</param>
/// <param name="IssuedAt">When.</param>
/// <param name="EndedAt">When it was answered or expired; null while it is open.</param>
/// <param name="Detail">What the agent, or the platform, says about the end.</param>
public sealed record CommandItem(
    CommandId Id, string Kind, int? ReadDataPercent, Author? By, DateTimeOffset IssuedAt, CommandStanding Standing = CommandStanding.Open,
    DateTimeOffset? EndedAt = null, string? Detail = null)
{
    /// <summary>When it ends without a result.</summary>
    public DateTimeOffset ExpiresAt() => IssuedAt.AddSeconds(Limits.CommandSeconds);
}

/// <summary>How a command stands. Numbers stand in journals and are never changed.</summary>
public enum CommandStanding
{
    /// <summary>Queued, or handed out and without a result.</summary>
    Open = 0,

    /// <summary>The agent did it.</summary>
    Done = 1,

    /// <summary>The agent tried.</summary>
    Failed = 2,

    /// <summary>The agent, or the platform, did not try.</summary>
    Refused = 3,

    /// <summary>No result came in time.</summary>
    Expired = 4,
}
