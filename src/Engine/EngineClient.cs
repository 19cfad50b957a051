using Akka.Actor;
using Akka.Cluster.Sharding;
using Akka.Hosting;
using HostAtlas.Engine.Backups;
using HostAtlas.Engine.Notifications;
using HostAtlas.Engine.Notifications.Sending;
using HostAtlas.Engine.Projections;
using HostAtlas.Engine.Servers;
using HostAtlas.Engine.Teams;
using HostAtlas.Engine.Users;

namespace HostAtlas.Engine;

/// <summary>
/// The one place that asks an entity and waits. It stands in the engine, not in the gateway, because the operators' socket needs it as
/// well. Timeouts nest: the stream gives a batch up at 5 s, this client at 8 s, an agent's HTTP call at 15 s, so a slow store is answered
/// by the stream, which knows that nothing was kept, and not by a timer, which knows nothing.
/// </summary>
public sealed class EngineClient(IEngineLink link)
{
    /// <summary>A client of entities in this very process.</summary>
    public EngineClient(IReadOnlyActorRegistry registry)
        : this(new OwnEngine(registry))
    {
    }

    /// <summary>How long an entity may take, its recovery included.</summary>
    public static readonly TimeSpan Timeout = TimeSpan.FromSeconds(8);

    private static readonly TimeSpan StatsWithin = TimeSpan.FromSeconds(3);
    private static readonly Refused
        NoAnswer = new(RefusalKind.EngineBusy, "The engine did not answer in time. Send the request again.", RetryAfterSeconds: 5),
        Away = new(RefusalKind.EngineBusy, "The engine cannot be reached at the moment; nothing was kept. Send the request again.",
            RetryAfterSeconds: 5);

    /// <summary>Asks a team.</summary>
    public Task<IEngineReply> AskAsync(ITeamCommand command, CancellationToken cancellation = default) =>
        AskAsync<TeamRegion>(command, cancellation);

    /// <summary>Asks a person's entity.</summary>
    public Task<IEngineReply> AskAsync(IUserCommand command, CancellationToken cancellation = default) =>
        AskAsync<UserRegion>(command, cancellation);

    /// <summary>Asks a server's door.</summary>
    public Task<IEngineReply> AskAsync(IServerCommand command, CancellationToken cancellation = default) =>
        AskAsync<ServerRegion>(command, cancellation);

    /// <summary>
    /// Asks a server's door for what it may take a while to have: the door answers within <paramref name="wait"/>, and this client gives up
    /// as much later as any other question may take. An agent's HTTP call outlasts both.
    /// </summary>
    public Task<IEngineReply> AskAsync(IServerCommand command, TimeSpan wait, CancellationToken cancellation) =>
        AskAsync<ServerRegion>(command, cancellation, wait + Timeout);

    /// <summary>Asks the entity of a server's backups.</summary>
    public Task<IEngineReply> AskAsync(IBackupCommand command, CancellationToken cancellation = default) =>
        AskAsync<BackupRegion>(command, cancellation);

    /// <summary>
    /// Asks the projection. Telling the whole journal again takes its time, so this one waits as long as the caller does.
    /// </summary>
    public Task<IEngineReply> AskAsync(IProjectionCommand command, CancellationToken cancellation = default) =>
        AskAsync<ProjectionSingleton>(command, cancellation, System.Threading.Timeout.InfiniteTimeSpan);

    /// <summary>Asks the sender of notifications, which may take as long as an attempt does.</summary>
    public Task<IEngineReply> AskAsync(INotificationCommand command, CancellationToken cancellation = default) =>
        AskAsync<NotifierSingleton>(command, cancellation, WebhookSender.Patience + Timeout);

    /// <summary>
    /// How many entities of a region (by its registry key) are in memory, by node and shard. Only a node that holds entities can tell.
    /// </summary>
    public Task<ClusterShardingStats> CountEntitiesAsync<TRegion>(CancellationToken cancellation) =>
        (link.Way ?? throw new InvalidOperationException("Only a process that holds entities counts them.")).Regions.Get<TRegion>()
            .Ask<ClusterShardingStats>(new GetClusterShardingStats(StatsWithin), Timeout, cancellation);

    private async Task<IEngineReply> AskAsync<TRegion>(object command, CancellationToken cancellation, TimeSpan? timeout = null)
    {
        if (link.Way is not { } way) return Away;
        using var either = way.Lost.CanBeCanceled ? CancellationTokenSource.CreateLinkedTokenSource(way.Lost, cancellation) : null;
        try
        {
            return await way.Regions.Get<TRegion>().Ask<IEngineReply>(command, timeout ?? Timeout, either?.Token ?? cancellation)
                .ConfigureAwait(false);
        }
        catch (AskTimeoutException)
        {
            return NoAnswer;
        }
        catch (OperationCanceledException) when (way.Lost.IsCancellationRequested && !cancellation.IsCancellationRequested)
        {
            return NoAnswer;
        }
    }
}

/// <summary>Registry key of the teams' shard region.</summary>
public sealed class TeamRegion;

/// <summary>Registry key of the people's shard region.</summary>
public sealed class UserRegion;

/// <summary>Registry key of the servers' shard region.</summary>
public sealed class ServerRegion;

/// <summary>Registry key of the shard region of the servers' backups.</summary>
public sealed class BackupRegion;
