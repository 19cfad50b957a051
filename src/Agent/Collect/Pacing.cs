namespace HostAtlas.Agent.Collect;

/// <summary>
/// Spreads a reading whose cost grows with the host, e.g. one file a process: one that took more processor time than a report may pay for
/// is due again only after as many reports as pay for it, and the reports in between leave its values out. Processor time, not time on the
/// wall: a host in trouble would otherwise go blind when it matters.
/// </summary>
/// <param name="cpuTime">Processor time of the calling thread.</param>
internal sealed class Pacing(Func<TimeSpan> cpuTime)
{
    /// <summary>
    /// What one reading may cost a report, on average: 0.05 % of a core at a report in ten seconds. The whole idle agent is to stay below
    /// 0.3 %.
    /// </summary>
    public static readonly TimeSpan PerReport = TimeSpan.FromMilliseconds(5);

    // An hour at a report in ten seconds.
    private const int MostReportsToWait = 360;

    private TimeSpan _began;
    private int _reportsToWait;
    private bool _isWarm;

    /// <summary>Whether this report takes the reading; ask once a report, and tell when it is <see cref="Done"/>.</summary>
    public bool IsDue()
    {
        if (_reportsToWait > 0)
        {
            _reportsToWait--;
            return false;
        }
        _began = cpuTime();
        return true;
    }

    /// <summary>The reading is taken.</summary>
    public void Done()
    {
        var reports = Math.Ceiling((cpuTime() - _began) / PerReport);
        // The first one has paid for compiling the code, too.
        _reportsToWait = _isWarm ? (int)Math.Clamp(reports - 1, 0, MostReportsToWait) : 0;
        _isWarm = true;
    }
}
