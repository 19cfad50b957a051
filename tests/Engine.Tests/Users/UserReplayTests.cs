using System.Text.Json;
using CsCheck;
using HostAtlas.Engine.Cluster;
using HostAtlas.Engine.Tests.Cluster;
using HostAtlas.Engine.Users;
using HostAtlas.Shared.Ids;
using static HostAtlas.Engine.Tests.Users.PersonUnderTest;

namespace HostAtlas.Engine.Tests.Users;

public sealed class UserReplayTests
{
    private static readonly ResetId Reset = Named.Id<ResetId>("reset");

    // A right code is one of the time at hand: commands are made when they are carried out.
    private static readonly Func<PersonUnderTest, IUserCommand>[] Each =
    [
        _ => new NoteMembership(Address, OtherTeam),
        _ => new ForgetMembership(Address, OtherTeam),
        _ => SignIn(network: "home"),
        ada => SignIn(ada.CodeAt(0), "work"),
        _ => SignIn("000000"),
        _ => SignIn(Texts[2]),
        ada => new RehashPassword(Address, ada.State.PasswordHash, "rehashed"),
        ada => new ChangePassword(Address, ada.State.PasswordHash, PersonUnderTest.Hash, Named.Ada),
        _ => new NoteSessionsEnded(Address, [Named.Id<SessionId>("one")], Named.Ada),
        ada => new IssueReset(Address, Reset, Named.Hash("link"), ada.Now.AddHours(1), null, Named.Ada),
        ada => new ResetPassword(Address, Reset, Named.Hash("link"), PersonUnderTest.Hash, ada.CodeAt(0), Named.Ada),
        _ => new BeginSecondFactor(Address, Secret, Named.Ada),
        ada => new ConfirmSecondFactor(Address, ada.CodeAt(0), Codes, Named.Ada),
        ada => new RenewRecoveryCodes(Address, ada.CodeAt(0), Codes, Named.Ada),
        ada => new EndSecondFactor(Address, ada.CodeAt(0), Named.Ada),
    ];

    [Fact]
    public void Reading_the_journals_bytes_gives_the_state_that_lived() => Gen.Int[0, Each.Length - 1].Array[0, 40].Sample(chosen =>
    {
        var live = new PersonUnderTest();
        var replayed = live.State;
        foreach (var command in chosen.Select(i => Each[i]))
        {
            live.Now = live.Now.AddSeconds(20);
            foreach (var happened in live.Decide(command(live)).Events)
            {
                var row = UserSerializer.Table.Single(type => type.Json.Type == happened.GetType());
                replayed = UserState.Apply(replayed, (IEntityEvent)JsonSerializer.Deserialize(
                    JsonSerializer.SerializeToUtf8Bytes(happened, row.Json), row.Json)!);
            }
        }
        Assert.Equivalent(live.State, replayed, strict: true);
        var state = UserSerializer.Table.Single(type => type.Json.Type == typeof(UserState));
        Assert.Equivalent(
            live.State, JsonSerializer.Deserialize(JsonSerializer.SerializeToUtf8Bytes(live.State, state.Json), state.Json), strict: true);
    }, iter: 300);

    [Fact]
    public void No_text_of_a_record_shows_an_address_a_hash_a_secret_or_a_code()
    {
        foreach (var (name, sample) in UserSamples.All)
        {
            var text = sample.ToString()!;
            string[] secrets =
                ["xample.org", "argon2id", "123456", "Byte[]", Named.Hash("r").ToString(), Named.Hash("code 1").ToString()];
            foreach (var secret in secrets)
                Assert.False(text.Contains(secret, StringComparison.Ordinal), $"{name}: {text}");
        }
    }
}
