namespace HostAtlas.Agent.Status;

/// <summary>How the logs fare.</summary>
/// <param name="Lane">Their way out.</param>
/// <param name="Sources">Files and units that are read.</param>
/// <param name="LeftOut">Lines that a rate limit left out since the start.</param>
/// <param name="Faults">What cannot be read and why, one a line.</param>
public sealed record LogStatus(LaneStatus Lane, int Sources, long LeftOut, IReadOnlyList<string> Faults);
