using HostAtlas.Engine.Storage.Postgres;
using HostAtlas.TestSupport.Databases;
using Npgsql;

namespace HostAtlas.Engine.Tests.Storage.Postgres;

public sealed class CatalogueTests : IAsyncLifetime
{
    private const int Day = 20_000;
    private PostgresDatabaseUnderTest _test = null!;

    public async Task InitializeAsync()
    {
        _test = await Prepared.NewAsync();
        using var database = new PostgresDatabase(_test.Connection);
        await new MetricDays(database).EnsureAsync([Day, Day + 1, Day + 2], CancellationToken.None);
    }

    public Task DisposeAsync() => _test.DisposeAsync().AsTask();

    [Fact]
    public async Task Everybody_has_exactly_the_rights_that_are_stated() => Assert.Empty(await FaultsAsync());

    [Fact]
    public async Task A_partition_left_out_of_the_policies_is_caught()
    {
        await AsOwnerAsync("create table hostatlas.metric_rows_x partition of hostatlas.metric_rows for values from (0) to (86400000)");
        Assert.Equal(["hostatlas.metric_rows_x: row level security is not enabled and forced."], await FaultsAsync());
    }

    [Fact]
    public async Task A_partition_granted_by_mistake_is_caught()
    {
        await AsOwnerAsync("grant select (vals) on hostatlas.metric_rows_20241004 to hostatlas_reader");
        Assert.Equal(["A right that is not stated: hostatlas_reader select hostatlas.metric_rows_20241004 vals"], await FaultsAsync());
    }

    [Theory]
    [InlineData("create table hostatlas.notes (team uuid)", "hostatlas.notes is neither")]
    [InlineData("create view hostatlas.everything as select * from hostatlas.servers", "hostatlas.everything is neither")]
    [InlineData("grant select on hostatlas.sessions to hostatlas_reader", "A right that is not stated: hostatlas_reader select hostatlas.sessions")]
    [InlineData("grant select (signature) on hostatlas.metric_rows to public", "A right that is not stated: everybody select hostatlas.metric_rows signature")]
    [InlineData("alter table hostatlas.servers no force row level security", "hostatlas.servers: row level security is not")]
    [InlineData("alter table hostatlas.metric_hours disable row level security", "hostatlas.metric_hours: row level security is not")]
    [InlineData("create policy more on hostatlas.teams using (true)", "A policy that is not stated: hostatlas.teams more")]
    [InlineData("drop policy of_team on hostatlas.servers", "A policy that is stated and not there: hostatlas.servers of_team")]
    [InlineData("create function hostatlas.peek() returns bigint language sql security definer as 'select 1::bigint'", "A right that is not stated: everybody execute hostatlas.peek()")]
    [InlineData("alter default privileges in schema hostatlas grant select on tables to hostatlas_reader", "default privileges")]
    public async Task Every_other_way_to_open_a_table_is_caught_as_well(string mistake, string fault)
    {
        await AsOwnerAsync(mistake);
        Assert.Contains(await FaultsAsync(), found => found.StartsWith(fault, StringComparison.Ordinal));
    }

    private async Task<IReadOnlyList<string>> FaultsAsync() => await Catalogue.FaultsAsync(_test.SuperuserConnection);

    private async Task AsOwnerAsync(string sql)
    {
        using var database = new PostgresDatabase(_test.Connection);
        await using var connection = await database.Of(PostgresRole.Owner).OpenConnectionAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }
}
