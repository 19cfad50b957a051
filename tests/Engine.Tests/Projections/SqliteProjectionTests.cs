using System.Data.Common;
using HostAtlas.Engine.Projections;
using HostAtlas.Engine.Storage.Sqlite;
using HostAtlas.TestSupport;
using Microsoft.Extensions.DependencyInjection;

namespace HostAtlas.Engine.Tests.Projections;

/// <summary>The projection's suite over SQLite.</summary>
public sealed class SqliteProjectionTests : ProjectionSuite
{
    /// <summary>
    /// A transaction of the journal that was held open for longer than the reader waits commits its event with an offset that the reader
    /// has passed. SQLite's single writer cannot do that, so the event is taken out of the journal and put back when the reader is beyond
    /// it.
    /// </summary>
    [Fact]
    public async Task An_event_that_was_committed_behind_the_readers_back_is_found_although_none_follows_it()
    {
        await using var engine = await StartAsync();
        var (one, two) = (await FoundAsync(engine), await FoundAsync(engine));
        await engine.Client.AskAsync(new AwaitCaughtUp());
        await engine.StopAsync();
        // Both teams' rows are forgotten, and the founding of one is late.
        await ExecuteAsync(engine, "delete from teams; delete from projection");
        JournalFile.Execute(engine, "create table late as select * from journal where persistence_id like '%' || $team", one);
        JournalFile.Execute(engine, "delete from journal where persistence_id like '%' || $team", one);

        await engine.StartAgainAsync(adjust: services => services.AddSingleton(Often));
        await Poll.UntilAsync("the other team's row", TimeSpan.FromSeconds(30), async () => (await DumpAsync(engine)).Count == 1);
        Assert.StartsWith($"{two}|", Assert.Single(await DumpAsync(engine)), StringComparison.Ordinal);
        JournalFile.Execute(engine, "insert into journal select * from late where persistence_id like '%' || $team", one);
        await Poll.UntilAsync("the late team's row", TimeSpan.FromSeconds(30), async () => (await DumpAsync(engine)).Count == 2);
        // The live reading goes on beside it.
        Assert.True(await engine.Get<ProjectionWaiter>().WaitForServerAsync(one, await AddServerAsync(engine, one, "after")));
    }

    protected override string LockSql => "begin immediate";

    protected override Task<EmbeddedEngine> StartAsync() => EmbeddedEngine.StartAsync();

    protected override Task<DbConnection> OpenTablesAsync(EmbeddedEngine engine) =>
        Task.FromResult<DbConnection>(new DataFile(engine.Folder).OpenWriter());
}
