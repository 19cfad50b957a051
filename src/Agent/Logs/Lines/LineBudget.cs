namespace HostAtlas.Agent.Logs.Lines;

/// <summary>
/// A token bucket: so many lines a second on average, and ten seconds' worth at once. One that ran empty stays shut until a second's worth
/// is back: what gets through are stretches of lines with their context and one gap between them, not every thousandth line. Time is the
/// caller's, monotonic. Pure but for its own level.
/// </summary>
internal sealed class LineBudget(double perSecond)
{
    /// <summary>Seconds of the rate that may come at once.</summary>
    public const int BurstSeconds = 10;

    private readonly double _most = Math.Max(1, perSecond * BurstSeconds), _reopens = Math.Max(1, perSecond);
    private double _tokens = Math.Max(1, perSecond * BurstSeconds);
    private TimeSpan _at;

    /// <summary>Lines get through.</summary>
    public bool IsOpen { get; private set; } = true;

    /// <summary>Fills up to this moment. Called before lines are taken, not for each.</summary>
    public void Refill(TimeSpan now)
    {
        if (now > _at) _tokens = Math.Min(_most, _tokens + ((now - _at).TotalSeconds * perSecond));
        _at = now;
        IsOpen |= _tokens >= _reopens;
    }

    /// <summary>Takes one line's token.</summary>
    public bool TryTake()
    {
        if (!IsOpen) return false;
        if (_tokens < 1) return IsOpen = false;
        _tokens--;
        return true;
    }
}
