using System.Collections.Immutable;
using HostAtlas.Engine.Cluster;
using HostAtlas.Shared.Ids;
using HostAtlas.Shared.Tokens;

namespace HostAtlas.Engine.Users;

/// <summary>Everything a person's entity decides by. Also its snapshot.</summary>
public sealed record UserState
{
    /// <summary>Before any event.</summary>
    public static readonly UserState Nobody = new();

    /// <summary>Networks that are remembered: home, work, a phone's and some more; the one longest unused is forgotten first.</summary>
    public const int MostNetworks = 20;

    /// <summary>Null until registered.</summary>
    public UserId? User { get; init; }

    /// <summary>The address as the person wrote it.</summary>
    public string Email { get; init; } = "";

    /// <summary>The password's slow hash with its parameters.</summary>
    public string PasswordHash { get; init; } = "";

    /// <summary>The teams joined, in order.</summary>
    public ImmutableList<TeamId> Teams { get; init; } = [];

    /// <summary>How often the credentials were changed. A session is of one epoch and ends with it.</summary>
    public int Epoch { get; init; }

    /// <summary>The one link that sets a new password, if there is one.</summary>
    public StoredReset? Reset { get; init; }

    /// <summary>A second factor's secret that waits to be confirmed.</summary>
    public BegunFactor? Begun { get; init; }

    /// <summary>The second factor; null: the password suffices.</summary>
    public StoredSecondFactor? SecondFactor { get; init; }

    /// <summary>Wrong codes since the last right one.</summary>
    public WrongCodes WrongCodes { get; init; } = WrongCodes.None;

    /// <summary>Where the person signed in from, the latest last.</summary>
    public ImmutableList<KnownNetwork> Networks { get; init; } = [];

    /// <summary>The state after an event; throws on one that this version does not know.</summary>
    public static UserState Apply(UserState state, IEntityEvent happened) => happened switch
    {
        UserRegistered e => state with { User = e.User, Email = e.Email, PasswordHash = e.PasswordHash },
        MembershipNoted e => state with { Teams = state.Teams.Add(e.Team) },
        MembershipForgotten e => state with { Teams = state.Teams.Remove(e.Team) },
        SignedIn e => state.Spend(e.Spent) with { Networks = Remember(state.Networks, e.Network, e.At) },
        WrongCodeGiven e => state with { WrongCodes = state.WrongCodes.OneMore(e.At) },
        PasswordRehashed e => state with { PasswordHash = e.PasswordHash },
        // Whoever had a link to set a password by has none any more: the person holds the account.
        PasswordChanged e => state with { PasswordHash = e.PasswordHash, Epoch = state.Epoch + 1, Reset = null },
        SessionsEnded => state,
        ResetIssued e => state with { Reset = new StoredReset(e.Reset, e.Hash, e.ExpiresAt, e.OnlyOf) },
        PasswordReset e => state.Spend(e.Spent) with { PasswordHash = e.PasswordHash, Epoch = state.Epoch + 1, Reset = null },
        SecondFactorBegun e => state with { Begun = new BegunFactor(e.Secret) },
        SecondFactorEnabled e => state with
        {
            SecondFactor = new StoredSecondFactor(state.Begun!.Secret, e.Step, [.. e.RecoveryCodes]),
            Begun = null,
            WrongCodes = WrongCodes.None,
            Epoch = state.Epoch + 1,
        },
        SecondFactorDisabled => state with { SecondFactor = null, WrongCodes = WrongCodes.None, Epoch = state.Epoch + 1 },
        RecoveryCodesRenewed e => state.Spend(e.Spent).With(e.RecoveryCodes) with { Epoch = state.Epoch + 1 },
        _ => throw new InvalidOperationException($"A person's journal holds a {happened.GetType().Name} that this version does not know."),
    };

    /// <summary>Without address and hash.</summary>
    public override string ToString() => $"UserState({User})";

    private UserState Spend(SpentCode? spent) => spent is null || SecondFactor is null ? this : this with
    {
        WrongCodes = WrongCodes.None,
        SecondFactor = SecondFactor with
        {
            LastStep = spent.Step ?? SecondFactor.LastStep,
            RecoveryCodes = spent.Recovery is { } used ? SecondFactor.RecoveryCodes.Remove(used) : SecondFactor.RecoveryCodes,
        },
    };

    private UserState With(IReadOnlyList<TokenHash> recoveryCodes) =>
        this with { SecondFactor = SecondFactor! with { RecoveryCodes = [.. recoveryCodes] } };

    private static ImmutableList<KnownNetwork> Remember(ImmutableList<KnownNetwork> networks, string? network, DateTimeOffset at)
    {
        if (network is null) return networks;
        var others = networks.RemoveAll(known => known.Network == network);
        return (others.Count < MostNetworks ? others : others.RemoveAt(0)).Add(new KnownNetwork(network, at));
    }
}

/// <summary>A link that sets a new password, as the person's entity keeps it.</summary>
/// <param name="OnlyOf">The team whose owner made it: worth nothing once the person is in another as well.</param>
public sealed record StoredReset(ResetId Reset, TokenHash Hash, DateTimeOffset ExpiresAt, TeamId? OnlyOf)
{
    /// <summary>Without the hash.</summary>
    public override string ToString() => $"StoredReset({Reset})";
}

/// <summary>A secret that counts for nothing until a code confirms it.</summary>
public sealed record BegunFactor(byte[] Secret)
{
    /// <summary>Without the secret: a record's own text would print it into a log.</summary>
    public override string ToString() => nameof(BegunFactor);
}

/// <summary>A second factor as the person's entity keeps it.</summary>
/// <param name="LastStep">The latest time step whose code was used.</param>
/// <param name="RecoveryCodes">Hashes of those that were not used yet.</param>
public sealed record StoredSecondFactor(byte[] Secret, long LastStep, ImmutableList<TokenHash> RecoveryCodes)
{
    /// <summary>Without the secret: a record's own text would print it into a log.</summary>
    public override string ToString() => nameof(StoredSecondFactor);
}

/// <summary>A network the person signed in from.</summary>
public sealed record KnownNetwork(string Network, DateTimeOffset At);

/// <summary>
/// Wrong codes, of which one is forgotten every ten minutes. Six digits with three steps in force are guessed with one in 333,000: 150 a
/// day find one within six years at even odds, and whoever tries knows the password already.
/// </summary>
/// <param name="Level">How many were in force at <paramref name="At"/>.</param>
public sealed record WrongCodes(double Level, DateTimeOffset At)
{
    /// <summary>None.</summary>
    public static readonly WrongCodes None = new(0, DateTimeOffset.UnixEpoch);

    private const int Most = 5;
    private static readonly TimeSpan ForgottenAfter = TimeSpan.FromMinutes(10);

    /// <summary>Seconds until one more may be tried; 0: now.</summary>
    internal int SecondsToWait(DateTimeOffset now)
    {
        var over = LevelAt(now) + 1 - Most;
        return over <= 0 ? 0 : (int)Math.Ceiling(over * ForgottenAfter.TotalSeconds);
    }

    internal WrongCodes OneMore(DateTimeOffset at) => new(LevelAt(at) + 1, at);

    private double LevelAt(DateTimeOffset now) => Math.Max(0, Level - (now - At) / ForgottenAfter);
}
