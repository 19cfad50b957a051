namespace HostAtlas.Agent.Collect;

/// <summary>
/// One thing a host is asked about. A source keeps its last reading to compute rates from; it is used by one thread at a time. Which names
/// it adds should not change from report to report without need: the platform keeps every distinct list of names once, and a name
/// that comes and goes doubles the number of lists.
/// </summary>
internal interface IHostSource
{
    /// <summary>Short name for logs and <c>status</c>.</summary>
    string Name { get; }

    /// <summary>Every name it can add, without labels; <c>docs/agent.md</c> explains each, and a test holds the two together.</summary>
    IReadOnlyList<string> Series { get; }

    /// <summary>
    /// Reads once and adds what is known. Returns what is wrong, or null; may throw <see cref="IOException"/> and
    /// <see cref="UnauthorizedAccessException"/>. In either case it has added nothing false. That a host lacks a thing (a sensor, pressure
    /// figures, a newer kernel's file) is not wrong: then there are no values and no reason.
    /// </summary>
    /// <param name="samples">Where the values go.</param>
    /// <param name="sinceStart">A clock that only goes forward, for rates.</param>
    string? Collect(Samples samples, TimeSpan sinceStart);
}
