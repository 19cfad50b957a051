namespace HostAtlas.Benchmarks.Results;

/// <summary>Which way a figure is good.</summary>
internal enum Better
{
    /// <summary>Throughput.</summary>
    More,

    /// <summary>Time, processor time, bytes.</summary>
    Less,
}

/// <summary>One contender's figures, one a round.</summary>
internal sealed record ResultRow(string Name, IReadOnlyList<double> Rounds)
{
    /// <summary>Their median.</summary>
    public double Median => MedianOf(Rounds);

    /// <summary>The middle one; of an even number the upper of the two.</summary>
    public static double MedianOf(IEnumerable<double> values) => values.Order().ToArray() is var sorted ? sorted[sorted.Length / 2] : 0;
}

/// <summary>
/// A figure of all contenders. The first row is the rival; a ratio above 1 means better than it, whichever way the figure is good.
/// </summary>
/// <param name="What">What was measured, with its unit.</param>
/// <param name="Format">How a figure is written, e.g. <c>N0</c>.</param>
/// <param name="Better">Which way it is good.</param>
/// <param name="Rows">The rival first.</param>
internal sealed record ResultTable(string What, string Format, Better Better, IReadOnlyList<ResultRow> Rows)
{
    /// <summary>What is to be reached, as the design says it; null where nothing is.</summary>
    public string? Goal { get; init; }

    /// <summary>
    /// The median of the rounds' own ratios: a round's figures were taken within seconds of each other, the medians of two contenders may
    /// come from different rounds.
    /// </summary>
    public double Ratio(int row) => ResultRow.MedianOf(Ratios(row));

    /// <summary>The lowest and the highest ratio of a round.</summary>
    public (double Low, double High) Spread(int row) => (Ratios(row).Min(), Ratios(row).Max());

    private IEnumerable<double> Ratios(int row) => Rows[row].Rounds.Zip(
        Rows[0].Rounds, (ours, rivals) => Better == Better.More ? ours / rivals : rivals / ours);
}
