using HostAtlas.Engine.Storage.Sqlite;
using HostAtlas.Shared.Ids;
using HostAtlas.TestSupport;
using Microsoft.Data.Sqlite;

namespace HostAtlas.Engine.Tests.Storage.Sqlite;

/// <summary>What a statement inside a scope can reach, tried with the statements an injection or a careless query would use.</summary>
public sealed class TeamScopeTests(TwoTeams teams) : IClassFixture<TwoTeams>
{

    [Theory]
    [InlineData("select name from servers")]
    [InlineData("select name from main.servers")]
    [InlineData("select NAME from MAIN.\"SERVERS\"")]
    [InlineData("select count(*) from servers")]
    [InlineData("select count(*) from main.servers")]
    [InlineData("select 1 from metric_rows")]
    [InlineData("select exists (select 1 from sessions)")]
    [InlineData("select wrapped from team_keys")]
    [InlineData("select count(*) from team_keys")]
    [InlineData("select block from metric_minutes")]
    [InlineData("select name from rollup_progress")]
    [InlineData("select rowid from servers_by_age")]
    [InlineData("select team from my_servers")]
    [InlineData("select name from my_servers union all select name from servers")]
    [InlineData("select name from my_servers where (select count(*) from teams) > 0")]
    [InlineData("select (select group_concat(name) from my_servers)")]
    [InlineData("with my_servers as (select * from main.servers) select name from my_servers")]
    [InlineData("with my_servers(name) as (select name from servers) select * from my_servers")]
    [InlineData("with recursive walk(name) as (select name from servers union select name from walk) select name from walk")]
    [InlineData("select my_servers.name from my_servers join main.servers o on o.name = 'theirs'")]
    [InlineData("select name from my_servers where exists (select 1 from servers o where o.name = 'theirs')")]
    [InlineData("select 1 where 'theirs' in (select name from servers)")]
    [InlineData("select name from my_servers, main.servers o order by o.name")]
    [InlineData("select * from sqlite_master")]
    [InlineData("select * from main.sqlite_schema")]
    [InlineData("select * from temp.sqlite_master")]
    [InlineData("select name from sqlite_temp_schema")]
    [InlineData("select count(*) from sqlite_temp_schema")]
    [InlineData("pragma table_list")]
    [InlineData("pragma query_only=off")]
    [InlineData("select * from pragma_table_list")]
    [InlineData("select name from pragma_database_list()")]
    [InlineData("attach database ':memory:' as other")]
    [InlineData("attach database 'data.db' as other")]
    [InlineData("detach database main")]
    [InlineData("vacuum into '/tmp/stolen.db'")]
    [InlineData("select load_extension('/tmp/evil.so')")]
    [InlineData("select readfile('/etc/passwd')")]
    [InlineData("select randomblob(1000000000)")]
    [InlineData("insert into servers select * from servers")]
    [InlineData("insert into my_servers (name) values ('x')")]
    [InlineData("update servers set name = 'x'")]
    [InlineData("delete from metric_rows")]
    [InlineData("drop table servers")]
    [InlineData("drop view my_servers")]
    [InlineData("create temp view my_servers as select * from main.servers")]
    [InlineData("create temp view more as select * from my_servers")]
    [InlineData("create temp table copy as select * from my_servers")]
    [InlineData("create temp trigger t instead of insert on my_servers begin select 1; end")]
    [InlineData("begin")]
    [InlineData("reindex")]
    [InlineData("analyze")]
    public void A_statement_that_reaches_beyond_the_teams_views_is_refused(string attack)
    {
        using var scope = TeamScope.Open(teams.File, teams.Mine);
        using var command = scope.Command(attack);
        var refusal = Assert.Throws<SqliteException>(() => Drain(command));
        Assert.Contains(refusal.SqliteErrorCode, new[] { SQLitePCL.raw.SQLITE_AUTH, SQLitePCL.raw.SQLITE_ERROR });
        // And it left the scope as it was.
        Assert.Equal(["mine"], Names(scope));
    }

    [Theory]
    [InlineData("explain select * from my_servers")]
    [InlineData("EXPLAIN QUERY PLAN select * from my_servers")]
    [InlineData("select 1; -- \n eXplain select 1")]
    [InlineData("with guess(name) as (values ('theirs')) select guess.name from guess join main.servers using (name)")]
    [InlineData("with guess(name) as (values ('theirs')) select guess.name from guess NATURAL JOIN servers")]
    [InlineData("create virtual table v using fts5(a)")]
    public void What_the_authorizer_is_not_told_of_is_refused(string attack)
    {
        using var scope = TeamScope.Open(teams.File, teams.Mine);
        Assert.Throws<ArgumentException>(() => scope.Command(attack));
    }

    [Theory]
    [InlineData("select name from my_servers where 1 = 1 or name = 'theirs'")]
    [InlineData("select name from my_servers order by name limit 100 offset 0")]
    [InlineData("select s.name from my_servers s join my_metric_rows r on r.server = s.server")]
    [InlineData("select name from (select name, count(*) over () from my_servers)")]
    public void Every_honest_query_sees_the_own_team_only(string sql)
    {
        using var scope = TeamScope.Open(teams.File, teams.Mine);
        using var command = scope.Command(sql);
        Assert.Equal(["mine"], Drain(command));
    }

    [Theory]
    [InlineData("select count(*) from my_servers")]
    [InlineData("select count(*) from my_metric_rows")]
    [InlineData("select count(*) from my_metric_sets")]
    public void Counting_counts_the_own_team_only(string sql)
    {
        using var scope = TeamScope.Open(teams.File, teams.Mine);
        using var command = scope.Command(sql);
        Assert.Equal(1L, command.ExecuteScalar());
    }

    [Fact]
    public void Scopes_of_two_teams_stand_beside_each_other()
    {
        using var mine = TeamScope.Open(teams.File, teams.Mine);
        using var theirs = TeamScope.Open(teams.File, teams.Theirs);
        Assert.Equal(["mine"], Names(mine));
        Assert.Equal(["theirs"], Names(theirs));
    }

    private static List<string> Names(TeamScope scope)
    {
        using var command = scope.Command("select name from my_servers");
        return Drain(command);
    }

    private static List<string> Drain(SqliteCommand command)
    {
        using var reader = command.ExecuteReader();
        var texts = new List<string>();
        while (reader.Read()) texts.Add(reader.GetValue(0) is byte[] bytes
            ? System.Text.Encoding.UTF8.GetString(bytes)
            : Convert.ToString(reader.GetValue(0), System.Globalization.CultureInfo.InvariantCulture) ?? "");
        return texts;
    }
}

/// <summary>A database with a row of each kind for each of two teams.</summary>
public sealed class TwoTeams : IDisposable
{
    private readonly TempFolder _folder = new();

    public TwoTeams()
    {
        File = new DataFile(_folder.Path);
        File.Prepare();
        using var writer = File.OpenWriter();
        foreach (var (team, name) in new[] { (Mine, "mine"), (Theirs, "theirs") })
        {
            using var command = writer.CreateCommand();
            command.CommandText = """
                insert into teams values ($team, cast($name as blob), 1, 3, 1);
                insert into servers values ($team, $server, cast($name as blob), 1, null, null, 1);
                insert into metric_sets (team, server, set_id, count, names, used_day)
                values ($team, $server, 7, 1, cast('cpu' as blob), 1);
                insert into metric_rows values ($team, $server, 1000, 1, 1, 7, zeroblob(32));
                insert into metric_minutes values ($team, $server, 0, 7, x'01');
                insert into metric_hours values ($team, $server, 0, 7, x'01');
                insert into metric_marks values ($team, $server, 0, 1);
                insert into team_keys values ($team, 1, 1, x'01', 1, null);
                insert into sessions values (randomblob(32), $server, 1, 1, 1, x'00');
                """;
            command.Parameters.AddWithValue("$team", team.ToBytes());
            command.Parameters.AddWithValue("$server", EmbeddedEngine.NewId<ServerId>().ToBytes());
            command.Parameters.AddWithValue("$name", name);
            command.ExecuteNonQuery();
        }
    }

    public DataFile File { get; }

    public TeamId Mine { get; } = EmbeddedEngine.NewId<TeamId>();

    public TeamId Theirs { get; } = EmbeddedEngine.NewId<TeamId>();

    public void Dispose() => _folder.Dispose();
}
