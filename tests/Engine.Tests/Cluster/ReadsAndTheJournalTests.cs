using System.Security.Cryptography;
using HostAtlas.Engine.Teams;
using HostAtlas.Shared.Ids;
using HostAtlas.Shared.Tokens;

namespace HostAtlas.Engine.Tests.Cluster;

/// <summary>On the real SQL journal: the in-memory one takes what this one fails on.</summary>
public sealed class ReadsAndTheJournalTests
{
    [Fact]
    public async Task Many_commands_that_change_nothing_leave_the_journal_in_service()
    {
        await using var engine = await EmbeddedEngine.StartAsync();
        var (team, user) = (EmbeddedEngine.NewId<TeamId>(), EmbeddedEngine.NewId<UserId>());
        var (invitation, hash) = (EmbeddedEngine.NewId<InvitationId>(), new TokenHash(RandomNumberGenerator.GetBytes(32)));
        var expires = TimeProvider.System.GetUtcNow().AddHours(1);
        Assert.IsType<Done>(await engine.Client.AskAsync(new IssueInvitation(team, invitation, hash, TeamRole.Owner, expires, Named.Ada)));
        Assert.IsType<TeamJoined>(await engine.Client.AskAsync(new AcceptInvitation(team, invitation, hash, user, "a@b", null, Named.Ada)));

        for (var i = 0; i < 40; i++) Assert.IsType<Authorized>(await engine.Client.AskAsync(new AuthorizeUser(team, user)));

        Assert.IsType<Done>(await engine.Client.AskAsync(new SetPlan(team, 7, Named.Ada)));
    }
}
