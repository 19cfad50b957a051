using System.Collections.Immutable;
using System.Text.Json.Serialization;
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

    /// <summary>Wrong codes that were given with this password since the last right one.</summary>
    public WrongCodes WrongCodes { get; init; } = WrongCodes.None;

    /// <summary>Wrong codes since the last right one, whichever password or link they came with; null: none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public WrongCodes? WrongCodesInAll { get; init; }

    /// <summary>Where the person signed in from, the latest last.</summary>
    public ImmutableList<KnownNetwork> Networks { get; init; } = [];

    /// <summary>The state after an event; throws on one that this version does not know.</summary>
    public static UserState Apply(UserState state, IEntityEvent happened) => happened switch
    {
        UserRegistered e => state with { User = e.User, Email = e.Email, PasswordHash = e.PasswordHash },
        RegistrationTakenBack => Nobody,
        MembershipNoted e => state with { Teams = state.Teams.Add(e.Team) },
        MembershipForgotten e => state with { Teams = state.Teams.Remove(e.Team) },
        SignedIn e => state.Spend(e.Spent) with { Networks = Remember(state.Networks, e.Network, e.At) },
        WrongCodeGiven e => state.Count(e),
        PasswordRehashed e => state with { PasswordHash = e.PasswordHash },
        // Whoever had a link to set a password by has none any more: the person holds the account.
        PasswordChanged e => state.Set(e.PasswordHash),
        SessionsEnded => state,
        ResetIssued e => state with { Reset = new StoredReset(e.Reset, e.Hash, e.ExpiresAt, e.OnlyOf) },
        PasswordReset e => state.Spend(e.Spent).Set(e.PasswordHash),
        SecondFactorBegun e => state with { Begun = new BegunFactor(e.Secret) },
        SecondFactorEnabled e => state with
        {
            SecondFactor = new StoredSecondFactor(state.Begun!.Secret, e.Step, [.. e.RecoveryCodes]),
            Begun = null,
            WrongCodes = WrongCodes.None,
            WrongCodesInAll = null,
            Epoch = state.Epoch + 1,
        },
        SecondFactorDisabled => state with
        {
            SecondFactor = null,
            WrongCodes = WrongCodes.None,
            WrongCodesInAll = null,
            Epoch = state.Epoch + 1,
        },
        RecoveryCodesRenewed e => state.Spend(e.Spent).With(e.RecoveryCodes) with { Epoch = state.Epoch + 1 },
        _ => throw new InvalidOperationException($"A person's journal holds a {happened.GetType().Name} that this version does not know."),
    };

    /// <summary>Without address and hash.</summary>
    public override string ToString() => $"UserState({User})";

    /// <summary>
    /// Whoever knew the password before does not know this one: what they gave of wrong codes is no concern of its holder.
    /// </summary>
    private UserState Set(string passwordHash) =>
        this with { PasswordHash = passwordHash, Epoch = Epoch + 1, Reset = null, WrongCodes = WrongCodes.None };

    private UserState Count(WrongCodeGiven wrong)
    {
        var counted = this with { WrongCodesInAll = (WrongCodesInAll ?? WrongCodes.None).OneMore(wrong.At) };
        if (wrong.Reset is null) return counted with { WrongCodes = WrongCodes.OneMore(wrong.At) };
        return Reset is { } link && link.Reset == wrong.Reset
            ? counted with { Reset = link with { WrongCodes = (link.WrongCodes ?? WrongCodes.None).OneMore(wrong.At) } }
            : counted;
    }

    private UserState Spend(SpentCode? spent) => spent is null || SecondFactor is null ? this : this with
    {
        WrongCodes = WrongCodes.None,
        WrongCodesInAll = null,
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
    /// <summary>Wrong codes that were given with this link; null: none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public WrongCodes? WrongCodes { get; init; }

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
