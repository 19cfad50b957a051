using HostAtlas.Agent.Spool;
using HostAtlas.Agent.Uplink;

namespace HostAtlas.Agent.Status;

/// <summary>How one lane fares.</summary>
/// <param name="LastAcceptedAt">When the platform last acknowledged something.</param>
/// <param name="Spool">The queue.</param>
/// <param name="Fault">Why nothing goes out; null when it does.</param>
/// <param name="FaultSince">Since when.</param>
public sealed record LaneStatus(DateTimeOffset? LastAcceptedAt, SpoolLevel Spool, UplinkFault? Fault, DateTimeOffset? FaultSince);
