using HostAtlas.Engine.Storage;
using HostAtlas.Engine.Storage.Postgres;
using HostAtlas.TestSupport;
using HostAtlas.TestSupport.Databases;
using Microsoft.Extensions.Hosting;
using Npgsql;

namespace HostAtlas.Engine.Tests.Storage.Postgres;

/// <summary>One embedded platform a database, from whatever machine.</summary>
public sealed class PlatformLockTests : IAsyncLifetime
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    private PostgresDatabaseUnderTest _test = null!;

    public async Task InitializeAsync() => _test = await Prepared.NewAsync();

    public Task DisposeAsync() => _test.DisposeAsync().AsTask();

    [Fact]
    public async Task A_second_platform_on_a_database_is_refused_until_the_first_has_ended()
    {
        await using (await StartAsync())
        {
            var refused = await Assert.ThrowsAsync<StoreStartException>(StartAsync);
            Assert.Contains("Another platform runs on the database", refused.Message, StringComparison.Ordinal);
            Assert.Contains("from 127.0.0.1, since 20", refused.Message, StringComparison.Ordinal);
        }
        await using var next = await StartAsync();
    }

    [Fact]
    public async Task A_lock_whose_connection_was_lost_is_taken_anew_and_keeps_others_out_again()
    {
        await using var engine = await StartAsync();
        await _test.TakeAwayAsync();
        await _test.BringBackAsync();
        using var database = new PostgresDatabase(_test.Connection);
        await Poll.UntilAsync("the lock to be held again", Limit, () => Task.FromResult(IsRefused(database)));
    }

    [Fact]
    public async Task A_platform_that_finds_its_database_taken_when_it_is_back_stops()
    {
        await using var engine = await StartAsync();
        var stopping = engine.Get<IHostApplicationLifetime>().ApplicationStopping;
        await using var other = new NpgsqlConnection(_test.SuperuserConnection);
        await other.OpenAsync();
        await using var waiting = new NpgsqlCommand("select pg_advisory_lock(4801700117)", other);
        // Asked for already, so that it is the other's as soon as the first one's connection is gone.
        var taken = waiting.ExecuteNonQueryAsync();
        await _test.ExecuteAsync("""
            select pg_terminate_backend(pid) from pg_locks
            where locktype = 'advisory' and granted and database = (select oid from pg_database where datname = current_database())
            """);
        await taken;
        await Poll.UntilAsync("the first platform to stop", Limit, () => Task.FromResult(stopping.IsCancellationRequested));
    }

    private static bool IsRefused(PostgresDatabase database)
    {
        try
        {
            PlatformLock.Take(database, TimeProvider.System).Dispose();
            return false;
        }
        catch (StoreStartException)
        {
            return true;
        }
    }

    private Task<EmbeddedEngine> StartAsync() =>
        EmbeddedEngine.StartAsync(store: new StoreOptions(StoreKind.Postgresql, _test.Connection));
}
