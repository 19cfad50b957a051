using HostAtlas.Engine.Cluster;
using HostAtlas.Shared.Ids;

namespace HostAtlas.Engine.Servers;

/// <summary>The agent is to do something. <paramref name="ReadDataPercent"/>: see <see cref="CommandItem"/>.</summary>
public sealed record CommandQueued(CommandId Id, string Kind, int? ReadDataPercent, DateTimeOffset At, Author? By) : IAuditedEvent;

/// <summary>
/// What came of it, said by the agent, or by the platform where it refused the command itself or nobody answered in time. A later result of
/// an expired command takes the expiry's place.
/// </summary>
public sealed record CommandEnded(
    CommandId Id, string Kind, CommandStanding Standing, string? Detail, DateTimeOffset At, Author? By) : IAuditedEvent;
