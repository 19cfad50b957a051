namespace HostAtlas.Benchmarks;

/// <summary>How much of a benchmark is run.</summary>
/// <param name="Rounds">Measured rounds after the one that warms up. 1-50.</param>
/// <param name="Seconds">How long each contender is loaded in a round, where time bounds it. 0.1-60 s.</param>
/// <param name="Servers">Enrolled servers, or servers whose reports are stored. 1-5,000.</param>
internal sealed record BenchOptions(int Rounds, double Seconds, int Servers)
{
    /// <summary>Rounds whose median counts as a result.</summary>
    public const int RoundsOfAResult = 5;

    /// <summary>Asked to end early: heeded between two turns, so that everything that was started is stopped.</summary>
    public CancellationToken Stop { get; init; }

    /// <summary>Leaves out the rivals that must be fetched first, so that a trial needs no network; then nothing is kept either.</summary>
    public bool OursAlone { get; init; }

    /// <summary>Few rounds show that it runs, not how fast: such a run is printed and kept nowhere.</summary>
    public bool IsTrial => Rounds < RoundsOfAResult || OursAlone;

    /// <summary>Whether a round that is not counted comes first.</summary>
    public bool WarmsUp => !IsTrial;

    /// <summary>How long a server of .NET is loaded before it is measured: until then it runs code that is not optimised.</summary>
    public TimeSpan WarmUp => IsTrial ? Span : TimeSpan.FromSeconds(Math.Max(Seconds, 6));

    /// <summary>The seconds as a time.</summary>
    public TimeSpan Span => TimeSpan.FromSeconds(Seconds);
}
