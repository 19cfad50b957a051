namespace HostAtlas.Engine.Storage.Sealing.Rotation;

/// <summary>
/// How far the pass that seals anew has come, since it found its work. For the operators; nothing is decided by it. Thread-safe.
/// </summary>
public sealed class ResealProgress(TimeProvider time)
{
    private readonly Lock _turn = new();
    private DateTimeOffset _beganAt;
    private bool _works;
    private long _values, _valuesDone;

    /// <summary>The figures now.</summary>
    public ResealFigures Now
    {
        get
        {
            lock (_turn)
            {
                var took = time.GetUtcNow() - _beganAt;
                var left = Math.Max(0, _values - _valuesDone);
                TimeSpan? eta = !_works || left == 0 ? null : _valuesDone == 0 ? null : took * ((double)left / _valuesDone);
                return new ResealFigures(_works, _valuesDone, Math.Max(_values, _valuesDone), eta);
            }
        }
    }

    internal void Begin()
    {
        lock (_turn) (_beganAt, _works, _values, _valuesDone) = (time.GetUtcNow(), true, 0, 0);
    }

    internal void Expect(long values)
    {
        lock (_turn) _values += values;
    }

    internal void Did(int values)
    {
        lock (_turn) _valuesDone += values;
    }

    internal void End()
    {
        lock (_turn) _works = false;
    }
}

/// <summary>A look at the pass.</summary>
/// <param name="Works">Whether it is at work at this moment.</param>
/// <param name="ValuesDone">Values sealed anew in this pass.</param>
/// <param name="Values">Values that it found to do; those done included.</param>
/// <param name="Eta">How much longer it takes at this pace; null while that is not known.</param>
public sealed record ResealFigures(bool Works, long ValuesDone, long Values, TimeSpan? Eta);
