using HostAtlas.Shared.Ids;

namespace HostAtlas.Engine.Notifications;

/// <summary>A command to the cluster's one sender of notifications.</summary>
public interface INotificationCommand;

/// <summary>
/// Sends a trial on a channel, enabled or not, and waits for what comes of it. Nothing of it is kept, and it is not sent again. Reply:
/// <see cref="ChannelTried"/>, NotFound, or RateLimited.
/// </summary>
public sealed record TryChannel(TeamId Team, ChannelId Channel) : INotificationCommand;

/// <summary>What came of a trial. <paramref name="Code"/> and <paramref name="Detail"/>: as for every attempt.</summary>
public sealed record ChannelTried(bool Delivered, string Code, string Detail) : IEngineReply;
