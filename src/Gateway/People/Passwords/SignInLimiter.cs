using HostAtlas.Engine.Users;

namespace HostAtlas.Gateway.People.Passwords;

/// <summary>How far an attempt is trusted before its password is looked at. Lower ones wait for higher ones.</summary>
internal enum SignInTrust
{
    /// <summary>The person signed in from this network before, or the request carries a session, an invitation or a link.</summary>
    Known = 0,

    /// <summary>A network that has not failed lately.</summary>
    Fresh = 1,

    /// <summary>A network that failed, or was refused, less than a minute ago.</summary>
    Failing = 2,
}

/// <summary>
/// The cheap guard before the slow hash. Wrong passwords are counted against several names at once: the network for any account, the
/// account from this network, and, for networks that the person never signed in from, the account from all of those together. So strangers
/// spend each other's attempts at an account and never its person's. An address nobody has is counted like one that somebody has: the guard
/// tells nothing about who has an account. A right password costs nothing.
/// </summary>
/// <remarks>
/// Strangers are two crowds. Networks that have not failed within a minute have their own allowance, so that a person in a new place gets
/// in while others guess at the account; who guesses from a few hundred networks is soon in the other crowd with all of them. Not
/// guaranteed: whoever holds thousands of networks can spend that allowance as well; such a person signs in from a place of before. Each
/// gateway process counts by itself.
/// </remarks>
internal sealed class SignInLimiter(TimeProvider time)
{
    private static readonly Allowance AccountFromNetwork = new(10, TimeSpan.FromSeconds(30));
    private static readonly Allowance AccountFromStrangers = new(100, TimeSpan.FromSeconds(10));
    private static readonly Allowance NetworkForAnyone = new(60, TimeSpan.FromSeconds(5));
    private static readonly Allowance Failed = new(1, TimeSpan.FromSeconds(60));

    // What is left of a mark that was added and taken back, by the rounding of the clock's fractions.
    private const double Nothing = 1e-6;

    private static readonly Allowance KnownHere = new(1, TimeSpan.FromDays(1));

    private readonly FailureBuckets _buckets = new(20_000);

    // Pairs of account and network that this process was told are known, so that they are told from strangers before anybody is asked.
    private readonly FailureBuckets _known = new(10_000);

    /// <summary>Seconds to wait because of what the network does at all accounts together; null: go on. Asked before the look-up.</summary>
    public int? OfNetwork(SourceNetwork network)
    {
        lock (_buckets) return WaitFor([(network.Name, NetworkForAnyone)], Seconds());
    }

    /// <summary>How far an attempt is trusted before the look-up, by what this process has seen.</summary>
    public SignInTrust Presume(UserAddress account, SourceNetwork network)
    {
        var now = Seconds();
        lock (_buckets)
        {
            return _known.LevelOf($"{account}@{network}", now) > 0 ? SignInTrust.Known : OfStranger(network, now);
        }
    }

    /// <summary>
    /// Takes an attempt, to be given back by <see cref="Forgive"/> when the password was right; many at a time cannot outrun the count this
    /// way. Without an attempt: the seconds to wait.
    /// </summary>
    public (SignInAttempt? Attempt, int WaitSeconds) Take(UserAddress account, SourceNetwork network, bool isKnown)
    {
        var now = Seconds();
        var mark = MarkOf(network);
        lock (_buckets)
        {
            var trust = isKnown ? SignInTrust.Known : OfStranger(network, now);
            if (isKnown) _known.Add($"{account}@{network}", KnownHere, now, 1 - _known.LevelOf($"{account}@{network}", now));
            List<(string Name, Allowance Allowance)> names =
                [(network.Name, NetworkForAnyone), ($"{account}@{network}", AccountFromNetwork)];
            var wait = WaitFor(names, now);
            if (!isKnown)
            {
                // Who is refused with the crowd has failed and is of the other crowd for a minute: to come again sooner is of no use.
                (string Name, Allowance Allowance) crowd = ($"{account} {trust}", AccountFromStrangers);
                if (WaitFor([crowd], now) is { } free) wait = Math.Max(free, (int)Failed.ForgottenAfter.TotalSeconds);
                names.Add(crowd);
            }
            // Also who was refused has failed: else a refused network would be a fresh one at each new attempt.
            var marked = 1 - _buckets.LevelOf(mark, now);
            _buckets.Add(mark, Failed, now, marked);
            if (wait is { } seconds) return (null, seconds);
            foreach (var (name, allowance) in names) _buckets.Add(name, allowance, now, 1);
            return (new SignInAttempt(trust, names, mark, marked), 0);
        }
    }

    /// <summary>
    /// The attempt does not count: the password was right, or (<paramref name="wasRight"/> false) it was never judged. In that case the
    /// network has failed all the same: else those who fill the line of the fresh ones would stay fresh and keep it full.
    /// </summary>
    public void Forgive(SignInAttempt attempt, bool wasRight = true)
    {
        var now = Seconds();
        lock (_buckets)
        {
            foreach (var (name, allowance) in attempt.Names) _buckets.Add(name, allowance, now, -1);
            if (wasRight) _buckets.Add(attempt.Mark, Failed, now, -attempt.Marked);
        }
    }

    private SignInTrust OfStranger(SourceNetwork network, double now) =>
        _buckets.LevelOf(MarkOf(network), now) > Nothing ? SignInTrust.Failing : SignInTrust.Fresh;

    private static string MarkOf(SourceNetwork network) => $"{network} failed";

    private int? WaitFor(IEnumerable<(string Name, Allowance Allowance)> names, double now)
    {
        var wait = names.Max(one => _buckets.SecondsUntilFree(one.Name, one.Allowance, now));
        return wait > 0 ? (int)Math.Ceiling(wait) : null;
    }

    private double Seconds() => (double)time.GetTimestamp() / time.TimestampFrequency;
}

/// <summary>An attempt that was let through to the slow hash, and where it is counted.</summary>
internal sealed record SignInAttempt(
    SignInTrust Trust, IReadOnlyList<(string Name, Allowance Allowance)> Names, string Mark, double Marked);
