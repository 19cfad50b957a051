namespace HostAtlas.Agent.Collect.Sources;

/// <summary>Whether somebody keeps the host's clock and how far off it is, as the kernel says.</summary>
internal sealed class ClockSource(HostRoots roots) : IHostSource
{
    public string Name => "clock";

    public IReadOnlyList<string> Series { get; } =
        ["clock.synchronised", "clock.offset_seconds", "clock.max_error_seconds", "clock.estimated_error_seconds"];

    public string? Collect(Samples samples, TimeSpan sinceStart)
    {
        if (roots.Clock() is not { } clock) return null;
        samples.Add("clock.synchronised", clock.Synchronised ? 1 : 0);
        samples.Add("clock.offset_seconds", clock.OffsetSeconds);
        samples.Add("clock.max_error_seconds", clock.MaxErrorSeconds);
        samples.Add("clock.estimated_error_seconds", clock.EstimatedErrorSeconds);
        return null;
    }
}
