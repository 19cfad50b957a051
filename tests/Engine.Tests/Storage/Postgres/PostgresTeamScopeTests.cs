using System.Text;
using HostAtlas.Engine.Storage.Postgres;
using HostAtlas.Shared.Ids;
using HostAtlas.TestSupport.Databases;
using Npgsql;

namespace HostAtlas.Engine.Tests.Storage.Postgres;

/// <summary>What a statement inside a scope can reach, tried with the statements a careless query would use.</summary>
public sealed class PostgresTeamScopeTests(TwoTeams teams) : IClassFixture<TwoTeams>
{
    [Theory]
    [InlineData("select name from teams")]
    [InlineData("select count(*) from teams")]
    [InlineData("select wrapped from team_keys")]
    [InlineData("select count(*) from team_keys")]
    [InlineData("select sealed from sessions")]
    [InlineData("select 1 from sessions")]
    [InlineData("select signature from metric_retries")]
    [InlineData("select \"offset\" from projection")]
    [InlineData("select version from schema_version")]
    [InlineData("select message from journal.journal")]
    [InlineData("select snapshot from journal.snapshot")]
    [InlineData("select team from servers")]
    [InlineData("select * from servers")]
    [InlineData("select s from servers s")]
    [InlineData("select signature from metric_rows")]
    [InlineData("select names, team from metric_sets")]
    [InlineData("select vals from metric_rows_19700101")]
    [InlineData("select count(*) from metric_rows_19700101")]
    [InlineData("select name from servers where (select count(*) from teams) > 0")]
    [InlineData("with servers as (select * from hostatlas.servers) select name from servers")]
    [InlineData("update rollup_progress set closed_through_ms = 0")]
    [InlineData("insert into servers (name) values ('\\x00')")]
    [InlineData("update servers set name = '\\x00'")]
    [InlineData("delete from metric_rows")]
    [InlineData("truncate servers")]
    [InlineData("drop table servers")]
    [InlineData("alter table servers disable row level security")]
    [InlineData("create policy more on servers using (true)")]
    [InlineData("create table copy as select name from servers")]
    [InlineData("create temporary table servers (name bytea)")]
    [InlineData("create view more as select name from servers")]
    [InlineData("create function f() returns int language sql as 'select 1'")]
    [InlineData("grant select on servers to public")]
    [InlineData("select add_day('metric_rows', 1)")]
    [InlineData("select drop_metric_day(0)")]
    [InlineData("select pg_read_file('/etc/passwd')")]
    [InlineData("copy servers (name) to '/tmp/stolen'")]
    [InlineData("copy (select 1) to program 'true'")]
    [InlineData("copy metric_rows (team, server, at_ms, key, signature, set_id, vals) from stdin")]
    [InlineData("select rolpassword from pg_authid")]
    [InlineData("set row_security = off; select name from servers")]
    [InlineData("set session authorization postgres")]
    [InlineData("set role postgres")]
    [InlineData("select set_config('hostatlas.team_id', 'nobody', true); select name from servers")]
    [InlineData("select name from servers where set_config('hostatlas.team_id', '$theirs', true) <> ''")]
    [InlineData("select set_config('role', 'hostatlas_projector', true), query_to_xml('select name from servers', true, false, '')")]
    [InlineData("with them as materialized (select set_config('hostatlas.team_id', '$theirs', false)) select name from servers, them")]
    [InlineData("select query_to_xml('select set_config(''hostatlas.team_id'', ''$theirs'', true)', true, false, '')")]
    [InlineData("select query_to_xml('set local hostatlas.team_id = ''$theirs''', true, false, '')")]
    [InlineData("select query_to_xml('set local role hostatlas_projector', true, false, '')")]
    [InlineData("select ts_rewrite('a'::tsquery, 'select set_config(''role'', ''hostatlas_projector'', true)::tsquery, ''b''::tsquery')")]
    [InlineData("select word from ts_stat('select set_config(''role'', ''hostatlas_projector'', true)::tsvector')")]
    [InlineData("update pg_settings set setting = '$theirs' where name = 'hostatlas.team_id'")]
    [InlineData("update pg_settings set setting = 'hostatlas_projector' where name = 'role'")]
    [InlineData("do $$ begin set local hostatlas.team_id = '$theirs'; end $$")]
    [InlineData("alter role current_user set hostatlas.team_id = '$theirs'")]
    [InlineData("alter system set hostatlas.team_id = '$theirs'")]
    [InlineData("select * from dblink('dbname=hostatlas', 'select 1') as t(a int)")]
    [InlineData("create extension dblink")]
    [InlineData("load 'auto_explain'")]
    [InlineData("select lo_from_bytea(0, 'left for another')")]
    [InlineData("select lo_create(0)")]
    [InlineData("select lo_import('/etc/passwd')")]
    [InlineData("select pg_ls_dir('/')")]
    [InlineData("select pg_read_binary_file('/etc/passwd')")]
    [InlineData("select pg_current_logfile()")]
    [InlineData("select pg_reload_conf()")]
    [InlineData("select pg_create_logical_replication_slot('any', 'test_decoding')")]
    [InlineData("select stavalues1 from pg_statistic")]
    public async Task A_statement_that_reaches_beyond_the_readers_rights_is_refused(string attack)
    {
        await AttackAsync(attack);
        // And whoever gets the connection next finds it as it was.
        await using var after = await PostgresTeamScope.OpenAsync(teams.Database, teams.Mine, default);
        Assert.Equal(["mine"], await NamesAsync(after));
    }

    [Theory]
    [InlineData("select name from servers where 1 = 1 or name = 'theirs'")]
    [InlineData("select name from servers where current_setting('hostatlas.team_id') <> ''")]
    [InlineData("select name from servers order by name limit 100 offset 0")]
    [InlineData("select s.name from servers s join metric_rows r on r.server = s.server")]
    [InlineData("select s.name from servers s join metric_rows r using (server)")]
    [InlineData("select name from (select name, count(*) over () from servers) s")]
    [InlineData("select name from servers union all select name from servers where false")]
    [InlineData("with s as (select name from servers) select name from s")]
    [InlineData("select name from hostatlas.servers")]
    [InlineData("reset role; select name from servers")]
    [InlineData("reset all; select name from servers")]
    [InlineData("set local search_path = pg_temp, hostatlas; select name from servers")]
    public async Task Every_honest_query_and_some_others_see_the_own_team_only(string sql)
    {
        await using var connection = await PastTheScopeAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        // RESET ALL takes the team away as well; then nothing is seen.
        Assert.Equal(sql.StartsWith("reset all", StringComparison.Ordinal) ? [] : ["mine"], await DrainAsync(command));
    }

    [Theory]
    [InlineData("set local hostatlas.team_id = ''")]
    [InlineData("select 1; set local hostatlas.team_id = ''")]
    [InlineData("-- first\nset local hostatlas.team_id = ''")]
    [InlineData("do $$ begin end $$")]
    [InlineData("reset all")]
    [InlineData("set local role hostatlas_projector")]
    [InlineData("commit")]
    [InlineData("explain analyze select 1")]
    [InlineData("")]
    public async Task A_scope_runs_nothing_but_one_query(string sql)
    {
        await using var scope = await PostgresTeamScope.OpenAsync(teams.Database, teams.Mine, default);
        Assert.Throws<InvalidOperationException>(() => scope.Command(sql));
        Assert.Equal(["mine"], await NamesAsync(scope));
    }

    [Fact]
    public async Task The_servers_own_views_show_a_reader_no_other_sessions_statement_and_no_statistics_of_values()
    {
        await using var other = await PostgresTeamScope.OpenAsync(teams.Database, teams.Theirs, default);
        Assert.Equal(["theirs"], await NamesAsync(other));
        await using var scope = await PostgresTeamScope.OpenAsync(teams.Database, teams.Mine, default);
        await using var seen = scope.Command("""
            select (select count(*) from pg_stat_activity where pid <> pg_backend_pid() and query like '%servers%')
                 + (select count(*) from pg_stats where schemaname in ('hostatlas', 'journal'))
            """);
        Assert.Equal(0L, await seen.ExecuteScalarAsync());
    }

    [Theory]
    [InlineData("servers")]
    [InlineData("metric_rows")]
    [InlineData("metric_sets")]
    [InlineData("metric_minutes")]
    [InlineData("metric_hours")]
    [InlineData("metric_marks")]
    public async Task Counting_counts_the_own_team_only(string table)
    {
        await using var scope = await PostgresTeamScope.OpenAsync(teams.Database, teams.Mine, default);
        await using var command = scope.Command($"select count(*) from {table}");
        Assert.Equal(1L, await command.ExecuteScalarAsync());
    }

    [Fact]
    public async Task Without_a_team_nothing_is_seen_also_after_a_transaction_that_failed_or_was_left_open()
    {
        for (var i = 0; i < 3; i++)
        {
            await using (var scope = await PostgresTeamScope.OpenAsync(teams.Database, teams.Theirs, default))
            {
                Assert.Equal(["theirs"], await NamesAsync(scope));
                if (i > 0)
                {
                    await using var fails = scope.Command(i == 1 ? "select 1 / 0" : "select name from teams");
                    await Assert.ThrowsAsync<PostgresException>(() => DrainAsync(fails));
                }
            }
            // The same physical connection: the pool gives the one that came back last.
            await using var connection = await teams.Database.Of(PostgresRole.Reader).OpenConnectionAsync();
            await using var command = new NpgsqlCommand("select current_user || current_setting('hostatlas.team_id', true)", connection);
            Assert.Equal("hostatlas_reader", await command.ExecuteScalarAsync());
            command.CommandText = "select name from servers";
            Assert.Empty(await DrainAsync(command));
        }
    }

    [Fact]
    public async Task A_connection_that_lost_its_role_has_no_rights_at_all()
    {
        await using var connection = teams.Database.NewLoginConnection();
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand("select name from hostatlas.servers", connection);
        var refusal = await Assert.ThrowsAsync<PostgresException>(() => DrainAsync(command));
        Assert.Equal(PostgresErrorCodes.InsufficientPrivilege, refusal.SqlState);
    }

    [Fact]
    public async Task Every_pool_has_its_role_its_limits_and_a_durable_commit_also_after_it_was_cleaned()
    {
        foreach (var role in PostgresRole.All)
        {
            for (var use = 0; use < 2; use++)
            {
                await using var connection = await teams.Database.Of(role).OpenConnectionAsync();
                await using var command = new NpgsqlCommand("""
                    select concat_ws(' ', current_user, current_setting('synchronous_commit'), (
                        select string_agg(setting, ' ' order by name) from pg_settings
                        where name in ('idle_in_transaction_session_timeout', 'lock_timeout', 'statement_timeout')))
                    """, connection);
                Assert.Equal(
                    $"{role.Name} on {role.Idle.TotalMilliseconds} {role.Lock.TotalMilliseconds} {role.Statement.TotalMilliseconds}",
                    await command.ExecuteScalarAsync());
            }
        }
    }

    [Fact]
    public async Task Scopes_of_two_teams_stand_beside_each_other()
    {
        await using var mine = await PostgresTeamScope.OpenAsync(teams.Database, teams.Mine, default);
        await using var theirs = await PostgresTeamScope.OpenAsync(teams.Database, teams.Theirs, default);
        Assert.Equal(["mine"], await NamesAsync(mine));
        Assert.Equal(["theirs"], await NamesAsync(theirs));
    }

    [Fact]
    public async Task Who_writes_reports_cannot_read_them()
    {
        string[] attempts =
        [
            "select vals from metric_rows", "select team from metric_rows", "select name from servers", "select block from metric_minutes",
            "select wrapped from team_keys", "delete from metric_rows", "update metric_rows set at_ms = 1",
        ];
        foreach (var sql in attempts)
        {
            await using var connection = await teams.Database.Of(PostgresRole.Ingest).OpenConnectionAsync();
            await using var command = new NpgsqlCommand(sql, connection);
            var refusal = await Assert.ThrowsAsync<PostgresException>(() => DrainAsync(command));
            Assert.Equal(PostgresErrorCodes.InsufficientPrivilege, refusal.SqlState);
        }
    }

    // Past the scope, with its role and team, what the database must refuse by itself; and through it what a scope takes.
    private async Task AttackAsync(string attack)
    {
        var sql = attack.Replace("$theirs", teams.Theirs.ToString(), StringComparison.Ordinal);
        await using (var connection = await PastTheScopeAsync())
        {
            await using var command = new NpgsqlCommand(sql, connection);
            await Assert.ThrowsAsync<PostgresException>(() => DrainAsync(command));
        }
        if (sql.Contains(';', StringComparison.Ordinal) || !sql.StartsWith("select", StringComparison.Ordinal)) return;
        await using var scope = await PostgresTeamScope.OpenAsync(teams.Database, teams.Mine, default);
        await using var inside = scope.Command(sql);
        await Assert.ThrowsAsync<PostgresException>(() => DrainAsync(inside));
    }

    // Its transaction ends with it: the pool rolls back what was left open.
    private async Task<NpgsqlConnection> PastTheScopeAsync()
    {
        var connection = await teams.Database.Of(PostgresRole.Reader).OpenConnectionAsync();
        await connection.BeginTransactionAsync();
        await using var bind = new NpgsqlCommand($"set local hostatlas.team_id = '{teams.Mine}'", connection);
        await bind.ExecuteNonQueryAsync();
        return connection;
    }

    private static async Task<List<string>> NamesAsync(PostgresTeamScope scope)
    {
        await using var command = scope.Command("select name from servers");
        return await DrainAsync(command);
    }

    private static async Task<List<string>> DrainAsync(NpgsqlCommand command)
    {
        await using var reader = await command.ExecuteReaderAsync();
        var texts = new List<string>();
        do
        {
            while (await reader.ReadAsync()) texts.Add(reader.GetValue(0) is byte[] bytes ? Encoding.UTF8.GetString(bytes) : "?");
        }
        while (await reader.NextResultAsync());
        return texts;
    }
}

/// <summary>A database with a row of each kind for each of two teams.</summary>
public sealed class TwoTeams : IAsyncLifetime
{
    private PostgresDatabaseUnderTest _test = null!;

    public PostgresDatabase Database { get; private set; } = null!;

    public TeamId Mine { get; } = EmbeddedEngine.NewId<TeamId>();

    public TeamId Theirs { get; } = EmbeddedEngine.NewId<TeamId>();

    public async Task InitializeAsync()
    {
        _test = await Prepared.NewAsync();
        Database = new PostgresDatabase(_test.Connection);
        await new MetricDays(Database).EnsureAsync([0], default);
        foreach (var (team, name) in new[] { (Mine, "mine"), (Theirs, "theirs") })
        {
            var server = EmbeddedEngine.NewId<ServerId>();
            await _test.ExecuteAsync($"""
                set search_path = hostatlas;
                insert into teams values ('{team}', '{name}', 1, 3, 1);
                insert into servers values ('{team}', '{server}', '{name}', 1, null, null, 1);
                insert into metric_sets (team, server, set_id, count, names, used_day) values ('{team}', '{server}', 7, 1, 'cpu', 1);
                insert into metric_rows values ('{team}', '{server}', 1000, 1, 1, 7, decode(repeat('00', 32), 'hex'));
                insert into metric_minutes values ('{team}', '{server}', 0, 7, '\x01');
                insert into metric_hours values ('{team}', '{server}', 0, 7, '\x01');
                insert into metric_marks values ('{team}', '{server}', 0, 1);
                insert into team_keys values ('{team}', 1, 1, '\x01', 1, null);
                insert into sessions values (sha256('{name}'), '{server}', 1, 1, 1, '\x00')
                """);
        }
    }

    public async Task DisposeAsync()
    {
        Database.Dispose();
        await _test.DisposeAsync();
    }
}
