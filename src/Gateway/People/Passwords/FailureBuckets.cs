namespace HostAtlas.Gateway.People.Passwords;

/// <summary>How many failures at once, and after what time one of them is forgotten.</summary>
internal readonly record struct Allowance(int Burst, TimeSpan ForgottenAfter);

/// <summary>
/// Leaky buckets of failures by name, at most <paramref name="most"/> of them: when there are more, the emptied ones go, then the least
/// full tenth, so that making room costs little however many names come. Not safe for threads; seconds are those of any steady clock.
/// </summary>
internal sealed class FailureBuckets(int most)
{
    private readonly Dictionary<string, Bucket> _buckets = new(StringComparer.Ordinal);

    /// <summary>Names that are held.</summary>
    public int Count => _buckets.Count;

    /// <summary>Failures of a name that are not forgotten.</summary>
    public double LevelOf(string name, double now) => _buckets.TryGetValue(name, out var bucket) ? bucket.LevelAt(now) : 0;

    /// <summary>Seconds until one more failure fits; 0 when it fits now.</summary>
    public double SecondsUntilFree(string name, Allowance allowance, double now)
    {
        var over = LevelOf(name, now) + 1 - allowance.Burst;
        return over <= 0 ? 0 : over * allowance.ForgottenAfter.TotalSeconds;
    }

    /// <summary>Adds failures, or takes them back.</summary>
    public void Add(string name, Allowance allowance, double now, double failures)
    {
        var level = Math.Max(0, LevelOf(name, now) + failures);
        if (level == 0)
        {
            _buckets.Remove(name);
            return;
        }
        if (_buckets.Count >= most && !_buckets.ContainsKey(name)) MakeRoom(now);
        _buckets[name] = new Bucket(level, now, 1 / allowance.ForgottenAfter.TotalSeconds);
    }

    private void MakeRoom(double now)
    {
        foreach (var (name, bucket) in _buckets)
        {
            if (bucket.LevelAt(now) <= 0) _buckets.Remove(name);
        }
        if (_buckets.Count < most) return;
        var least = _buckets.OrderBy(entry => entry.Value.LevelAt(now)).Take(Math.Max(1, most / 10)).Select(entry => entry.Key).ToList();
        foreach (var name in least) _buckets.Remove(name);
    }

    private readonly record struct Bucket(double Level, double At, double ForgottenPerSecond)
    {
        public double LevelAt(double now) => Math.Max(0, Level - ((now - At) * ForgottenPerSecond));
    }
}
