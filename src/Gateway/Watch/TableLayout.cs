namespace HostAtlas.Gateway.Watch;

/// <summary>
/// How many characters the parts of a line get in a terminal of some width. History goes first, bars last; 0 leaves a part out.
/// </summary>
public sealed record TableLayout(int NameCells, int BarCells, int SparkCells)
{
    /// <summary>The layout for a terminal's width.</summary>
    public static TableLayout For(int widthCells) => widthCells switch
    {
        >= 140 => new TableLayout(24, 20, 30),
        >= 120 => new TableLayout(16, 14, 30),
        >= 100 => new TableLayout(14, 10, 15),
        >= 80 => new TableLayout(14, 10, 0),
        _ => new TableLayout(12, 0, 0),
    };
}
