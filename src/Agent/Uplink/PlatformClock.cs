namespace HostAtlas.Agent.Uplink;

/// <summary>The platform's clock minus this host's, as any lane learned it: what one connection heard, the others need not ask again.
/// Thread-safe.</summary>
internal sealed class PlatformClock
{
    private long _offsetTicks;

    public TimeSpan Offset
    {
        get => TimeSpan.FromTicks(Interlocked.Read(ref _offsetTicks));
        set => Interlocked.Exchange(ref _offsetTicks, value.Ticks);
    }
}
