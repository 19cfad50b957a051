using HostAtlas.Gateway.People.Events;

namespace HostAtlas.Gateway.Tests.People.Support;

/// <summary>A platform whose clock goes like any other and can be put forward: for what depends on how long ago something was.</summary>
public sealed class PeopleOverTime : IAsyncLifetime
{
    private readonly ShiftedTime _time = new();

    /// <summary>Starts nothing yet.</summary>
    public PeopleOverTime() => Host = new PeopleHost
    {
        Time = _time,
        EventTimes = EventStreamTimes.Default with { Recheck = TimeSpan.FromMilliseconds(100), KeepAlive = TimeSpan.FromSeconds(1) },
    };

    /// <summary>The platform.</summary>
    public PeopleHost Host { get; }

    /// <summary>What its clock says.</summary>
    public DateTimeOffset Now => _time.GetUtcNow();

    /// <summary>Puts its clock forward.</summary>
    public void Advance(TimeSpan by) => _time.Advance(by);

    /// <inheritdoc />
    public Task InitializeAsync() => Host.InitializeAsync();

    /// <inheritdoc />
    public Task DisposeAsync() => Host.DisposeAsync();

    private sealed class ShiftedTime : TimeProvider
    {
        private long _ahead;

        public override DateTimeOffset GetUtcNow() => System.GetUtcNow().AddTicks(Interlocked.Read(ref _ahead));

        public void Advance(TimeSpan by) => Interlocked.Add(ref _ahead, by.Ticks);
    }
}
