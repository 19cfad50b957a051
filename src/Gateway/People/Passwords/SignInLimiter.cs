using System.Globalization;
using System.Net;
using HostAtlas.Engine.Users;
using HostAtlas.Gateway.Ingest;

namespace HostAtlas.Gateway.People.Passwords;

/// <summary>
/// The cheap guard before the slow hash. Wrong passwords are counted against three names at once: this account from this network, this
/// account from anywhere, this network for any account. An address nobody has is counted like one that somebody has, so the guard tells
/// nothing about who has an account. A right password costs nothing.
/// </summary>
/// <remarks>
/// Not guaranteed: whoever holds thousands of networks can keep a person from signing in for minutes (the account's own bucket); the
/// alternative would be unlimited guesses. Each gateway process counts by itself.
/// </remarks>
internal sealed class SignInLimiter(TimeProvider time)
{
    private static readonly Allowance AccountFromNetwork = new(10, TimeSpan.FromSeconds(30));
    private static readonly Allowance AccountFromAnywhere = new(100, TimeSpan.FromSeconds(10));
    private static readonly Allowance NetworkForAnyone = new(60, TimeSpan.FromSeconds(5));

    private readonly FailureBuckets _buckets = new(20_000);

    /// <summary>
    /// Takes an attempt, to be given back by <see cref="Forgive"/> when the password was right; many at a time cannot outrun the count this
    /// way. Returns the seconds to wait, or null when the attempt may go on.
    /// </summary>
    public int? Take(UserAddress account, IPAddress? from)
    {
        var now = Seconds();
        var names = Names(account, from);
        lock (_buckets)
        {
            var wait = names.Max(one => _buckets.SecondsUntilFree(one.Name, one.Allowance, now));
            if (wait > 0) return (int)Math.Ceiling(wait);
            foreach (var (name, allowance) in names) _buckets.Add(name, allowance, now, 1);
        }
        return null;
    }

    /// <summary>The password was right (or was never judged): the attempt does not count.</summary>
    public void Forgive(UserAddress account, IPAddress? from)
    {
        var now = Seconds();
        lock (_buckets)
        {
            foreach (var (name, allowance) in Names(account, from)) _buckets.Add(name, allowance, now, -1);
        }
    }

    private double Seconds() => (double)time.GetTimestamp() / time.TimestampFrequency;

    private static (string Name, Allowance Allowance)[] Names(UserAddress account, IPAddress? from)
    {
        var network = FailedCredentials.NetworkOf(from).ToString("x", CultureInfo.InvariantCulture);
        return [($"{account}@{network}", AccountFromNetwork), (account.Value, AccountFromAnywhere), (network, NetworkForAnyone)];
    }
}

/// <summary>How many failures at once, and after what time one of them is forgotten.</summary>
internal readonly record struct Allowance(int Burst, TimeSpan ForgottenAfter);

/// <summary>
/// Leaky buckets of failures by name, at most <paramref name="most"/> of them: when there are more, the emptied ones go, then the least
/// full one. Not safe for threads; seconds are those of any steady clock.
/// </summary>
internal sealed class FailureBuckets(int most)
{
    private readonly Dictionary<string, Bucket> _buckets = new(StringComparer.Ordinal);

    /// <summary>Names that are held.</summary>
    public int Count => _buckets.Count;

    /// <summary>Seconds until one more failure fits; 0 when it fits now.</summary>
    public double SecondsUntilFree(string name, Allowance allowance, double now)
    {
        if (!_buckets.TryGetValue(name, out var bucket)) return 0;
        var over = bucket.LevelAt(now) + 1 - allowance.Burst;
        return over <= 0 ? 0 : over * allowance.ForgottenAfter.TotalSeconds;
    }

    /// <summary>Adds a failure, or takes one back.</summary>
    public void Add(string name, Allowance allowance, double now, int failures)
    {
        var level = Math.Max(0, (_buckets.TryGetValue(name, out var bucket) ? bucket.LevelAt(now) : 0) + failures);
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
        var (leastFull, least) = (string.Empty, double.MaxValue);
        foreach (var (name, bucket) in _buckets)
        {
            var level = bucket.LevelAt(now);
            if (level <= 0) _buckets.Remove(name);
            else if (level < least) (leastFull, least) = (name, level);
        }
        if (_buckets.Count >= most) _buckets.Remove(leastFull);
    }

    private readonly record struct Bucket(double Level, double At, double ForgottenPerSecond)
    {
        public double LevelAt(double now) => Math.Max(0, Level - ((now - At) * ForgottenPerSecond));
    }
}
