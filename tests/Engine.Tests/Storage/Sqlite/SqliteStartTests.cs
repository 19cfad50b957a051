using System.Security.Cryptography;
using HostAtlas.Engine.Projections;
using HostAtlas.Engine.Storage;
using HostAtlas.Engine.Storage.Sqlite;
using HostAtlas.Engine.Teams;
using HostAtlas.Shared.Ids;
using HostAtlas.Shared.Tokens;

namespace HostAtlas.Engine.Tests.Storage.Sqlite;

/// <summary>A data folder of which a part is missing, or belongs to another one.</summary>
public sealed class SqliteStartTests
{
    [Fact]
    public async Task Databases_whose_root_key_is_another_one_are_refused_with_what_to_do()
    {
        await using var engine = await WithTeamAsync();
        var rootKey = Path.Combine(engine.Folder, "root.key");
        // A ring that still holds the right one is another matter.
        await engine.StopAsync();
        await File.WriteAllBytesAsync(rootKey, [.. RandomNumberGenerator.GetBytes(32), .. await File.ReadAllBytesAsync(rootKey)]);
        await engine.StartAgainAsync();
        await engine.StopAsync();
        await File.WriteAllBytesAsync(rootKey, RandomNumberGenerator.GetBytes(32));
        var refusal = await Assert.ThrowsAsync<StoreStartException>(() => engine.StartAgainAsync());
        Assert.Contains("root.key", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_journal_whose_data_file_is_missing_is_refused_with_what_to_do()
    {
        await using var engine = await WithTeamAsync();
        await engine.StopAsync();
        foreach (var file in Directory.GetFiles(engine.Folder, "data.db*")) File.Delete(file);
        var refusal = await Assert.ThrowsAsync<StoreStartException>(() => engine.StartAgainAsync());
        Assert.Contains("Put data.db back", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Backups_without_the_databases_that_know_them_are_refused_with_what_to_do()
    {
        await using var engine = await WithTeamAsync();
        await engine.StopAsync();
        Directory.CreateDirectory(Path.Combine(engine.Folder, "vault", Guid.Empty.ToString()));
        foreach (var file in Directory.GetFiles(engine.Folder, "*.db*")) File.Delete(file);
        var refusal = await Assert.ThrowsAsync<StoreStartException>(() => engine.StartAgainAsync());
        Assert.Contains("Put journal.db and data.db back", refusal.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(engine.Folder, "*.db"));
    }

    [Fact]
    public async Task One_team_whose_key_is_damaged_holds_up_neither_the_others_nor_a_rebuild()
    {
        await using var engine = await WithTeamAsync();
        var damaged = await FoundAsync(engine);
        await engine.Client.AskAsync(new AwaitCaughtUp());
        await engine.StopAsync();
        using (var writer = engine.File.OpenWriter())
        {
            DataFile.Execute(writer,
                $"update team_keys set wrapped = zeroblob(60) where team = x'{Convert.ToHexString(damaged.ToBytes())}'");
        }
        await engine.StartAgainAsync();
        Assert.IsType<ProjectionRebuilt>(await engine.Client.AskAsync(new RebuildProjection()));
        var team = await FoundAsync(engine);
        var server = EmbeddedEngine.NewId<ServerId>();
        Assert.IsType<ServerAdded>(await engine.Client.AskAsync(new AddServer(team, server, "host", EnrolledByKey: false, Named.Ada)));
        Assert.True(await engine.Get<ProjectionWaiter>().WaitForServerAsync(team, server));
    }

    private static async Task<EmbeddedEngine> WithTeamAsync()
    {
        var engine = await EmbeddedEngine.StartAsync();
        await FoundAsync(engine);
        return engine;
    }

    private static async Task<TeamId> FoundAsync(EmbeddedEngine engine)
    {
        var (team, invitation) = (EmbeddedEngine.NewId<TeamId>(), EmbeddedEngine.NewId<InvitationId>());
        var hash = new TokenHash(SHA256.HashData("invitation"u8));
        await engine.Client.AskAsync(new IssueInvitation(
            team, invitation, hash, TeamRole.Owner, DateTimeOffset.UnixEpoch.AddYears(100), Named.Ada));
        var accept = new AcceptInvitation(team, invitation, hash, EmbeddedEngine.NewId<UserId>(), "a@example.org", "Acme", Named.Ada);
        Assert.IsType<TeamJoined>(await engine.Client.AskAsync(accept));
        return team;
    }
}
