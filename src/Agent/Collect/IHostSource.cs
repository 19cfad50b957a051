namespace HostAtlas.Agent.Collect;

/// <summary>
/// One thing a host is asked about. A source keeps its last reading to compute rates from; it is used by one thread at a time.
/// </summary>
internal interface IHostSource
{
    /// <summary>Short name for logs and <c>status</c>.</summary>
    string Name { get; }

    /// <summary>
    /// Reads once and adds what is known. Returns what is wrong, or null; may throw <see cref="IOException"/> and
    /// <see cref="UnauthorizedAccessException"/>. In either case it has added nothing false.
    /// </summary>
    /// <param name="samples">Where the values go.</param>
    /// <param name="sinceStart">A clock that only goes forward, for rates.</param>
    string? Collect(Samples samples, TimeSpan sinceStart);
}
