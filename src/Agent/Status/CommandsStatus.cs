using HostAtlas.Agent.Uplink;

namespace HostAtlas.Agent.Status;

/// <summary>How the platform's commands fare.</summary>
/// <param name="AnsweredAt">When the platform last answered whether there are any.</param>
/// <param name="Fault">Why none are fetched; null when they are.</param>
/// <param name="FaultSince">Since when.</param>
public sealed record CommandsStatus(DateTimeOffset? AnsweredAt, UplinkFault? Fault, DateTimeOffset? FaultSince);
