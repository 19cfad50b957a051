using HostAtlas.Engine.Cluster;
using HostAtlas.Engine.Users;
using HostAtlas.Shared.Ids;
using HostAtlas.Shared.Tokens;
using OtpNet;

namespace HostAtlas.Engine.Tests.Users;

/// <summary>A person's entity without an actor: commands are decided and their events applied, at a time that tests move.</summary>
internal sealed class PersonUnderTest
{
    public const string Hash = "a slow hash";
    public static readonly UserAddress Address = Named.Address("ada");
    public static readonly TeamId Team = Named.Id<TeamId>("team"), OtherTeam = Named.Id<TeamId>("other");
    public static readonly byte[] Secret = Named.Bytes("secret")[..20];
    public static readonly UserId Ada = Named.Id<UserId>("ada");
    public static readonly IReadOnlyList<string> Texts =
        [.. Enumerable.Range(0, 10).Select(i => OneTimeCodes.Write(Named.Bytes($"{i}").AsSpan(0, 10)))];
    public static readonly IReadOnlyList<TokenHash> Codes = [.. Texts.Select(text => OneTimeCodes.HashOf(text))];

    public PersonUnderTest()
    {
        Carry(new RegisterUser(Address, Ada, "Ada@example.org", Hash, Named.Ada));
        Carry(new NoteMembership(Address, Team));
    }

    public UserState State { get; private set; } = UserState.Nobody;

    public DateTimeOffset Now { get; set; } = Named.Noon;

    public string CodeAt(int steps) => new Totp(Secret).ComputeTotp(Now.AddSeconds(30 * steps).UtcDateTime);

    /// <summary>With a second factor that was confirmed two steps ago.</summary>
    public PersonUnderTest WithSecondFactor()
    {
        Carry(new BeginSecondFactor(Address, Secret, Named.Ada));
        Assert.IsType<CredentialsChanged>(Carry(new ConfirmSecondFactor(Address, CodeAt(0), Codes, Named.Ada)));
        Now = Now.AddSeconds(60);
        return this;
    }

    public IEngineReply? Carry(IUserCommand command) => Decide(command).Reply;

    public Decision Decide(IUserCommand command)
    {
        var decision = UserDecisions.Decide(State, command, Now);
        State = decision.Events.Aggregate(State, UserState.Apply);
        return decision;
    }

    public void Refuses(RefusalKind kind, IUserCommand command) => Assert.Equal(kind, Assert.IsType<Refused>(Carry(command)).Kind);

    public void RefusesWithoutAnEvent(RefusalKind kind, IUserCommand command)
    {
        var decision = Decide(command);
        Assert.Empty(decision.Events);
        Assert.Equal(kind, Assert.IsType<Refused>(decision.Reply).Kind);
    }

    public static SignIn SignIn(string? code = null, string? network = "home") => new(Address, Hash, code, network, Named.Ada);
}
