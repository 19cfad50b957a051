using System.Data.Common;
using HostAtlas.Engine.Projections;
using HostAtlas.Engine.Storage;
using HostAtlas.Engine.Teams;
using HostAtlas.Engine.Tests.Storage.Postgres;
using HostAtlas.Shared.Ids;
using HostAtlas.TestSupport;
using HostAtlas.TestSupport.Databases;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace HostAtlas.Engine.Tests.Projections;

/// <summary>The projection's suite over PostgreSQL, and what only a database with many writers can do to it.</summary>
public sealed class PostgresProjectionTests : ProjectionSuite, IAsyncLifetime
{
    private static readonly ProjectionTimes Never = new(TimeSpan.FromDays(1), TimeSpan.FromDays(1));
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    private PostgresDatabaseUnderTest _test = null!;

    public async Task InitializeAsync() => _test = await Prepared.NewAsync();

    public Task DisposeAsync() => _test.DisposeAsync().AsTask();

    protected override string LockSql => "begin; lock table servers in exclusive mode";

    [Fact]
    public async Task An_event_of_a_transaction_that_outlasted_the_reader_is_found_although_none_follows_it()
    {
        await using var engine = await StartAsync();
        var late = await PassOverAsync(engine, Often);
        await Poll.UntilAsync("the late team's row", Limit, () => IsListedAsync(engine, late));
    }

    [Fact]
    public async Task An_event_of_a_transaction_that_outlasted_the_reader_is_read_as_soon_as_a_later_one_of_its_entity_comes()
    {
        await using var engine = await StartAsync();
        var late = await PassOverAsync(engine, Never);
        // Nothing finds it by itself: more of the journal passes, and the row is still not there.
        var other = await FoundAsync(engine);
        await Poll.UntilAsync("another team's row", Limit, () => IsListedAsync(engine, other));
        Assert.False(await IsListedAsync(engine, late));

        Assert.IsType<Done>(await engine.Client.AskAsync(new SetPlan(late, 17, Named.Ada)));
        await Poll.UntilAsync("the late team's row", Limit, () => IsListedAsync(engine, late));
        Assert.Contains(await DumpAsync(engine), line =>
            line.StartsWith($"{late}|", StringComparison.Ordinal) && line.Contains("|17|", StringComparison.Ordinal));
    }

    protected override Task<EmbeddedEngine> StartAsync() =>
        EmbeddedEngine.StartAsync(store: new StoreOptions(StoreKind.Postgresql, _test.Connection));

    protected override async Task<DbConnection> OpenTablesAsync(EmbeddedEngine engine)
    {
        var connection = new NpgsqlConnection(_test.SuperuserConnection);
        await connection.OpenAsync();
        await ExecuteAsync(connection, "set search_path = hostatlas");
        return connection;
    }

    /// <summary>
    /// Founds a team whose events are committed behind the live reader's back: their transaction takes its numbers, stays open until the
    /// reader has gone on to later ones, and commits then. Leaves the engine running, with that reader.
    /// </summary>
    private async Task<TeamId> PassOverAsync(EmbeddedEngine engine, ProjectionTimes times)
    {
        var (late, other) = (await FoundAsync(engine), await FoundAsync(engine));
        await engine.Client.AskAsync(new AwaitCaughtUp());
        await engine.StopAsync();
        await ExecuteAsync(engine, $"""
            create table late as select * from journal.journal where persistence_id = 'team-{late}';
            delete from journal.journal where persistence_id = 'team-{late}';
            delete from teams where team = '{late}'
            """);
        await engine.StartAgainAsync(adjust: services => services.AddSingleton(times));
        await engine.Client.AskAsync(new AwaitCaughtUp());

        await using var connection = await OpenTablesAsync(engine);
        await ExecuteAsync(connection, """
            begin;
            insert into journal.journal
                (created, deleted, persistence_id, sequence_number, message, tags, manifest, identifier, writer_uuid)
            select created, deleted, persistence_id, sequence_number, message, tags, manifest, identifier, writer_uuid
            from late order by sequence_number
            """);
        // A later number than the open transaction's: the reader shows it only once it has given the gap before it up.
        var server = await AddServerAsync(engine, other, "later");
        Assert.True(await engine.Get<ProjectionWaiter>().WaitForServerAsync(other, server, Limit));
        Assert.False(await IsListedAsync(engine, late));
        await ExecuteAsync(connection, "commit");
        return late;
    }

    private async Task<bool> IsListedAsync(EmbeddedEngine engine, TeamId team) =>
        (await DumpAsync(engine)).Exists(line => line.StartsWith($"{team}||", StringComparison.Ordinal));
}
