namespace HostAtlas.Engine.Metrics.Rollups;

/// <summary>
/// What a metric's samples of one minute or hour come to. Without samples <paramref name="Count"/> is 0 and the rest means nothing.
/// </summary>
public readonly record struct RollupPoint(double Min, double Max, double Mean, double Last, long Count);
