using HostAtlas.Engine.Storage;
using HostAtlas.Engine.Storage.Postgres;
using HostAtlas.Engine.Storage.Sealing;
using HostAtlas.Shared.Ids;
using HostAtlas.TestSupport;
using HostAtlas.TestSupport.Databases;
using Npgsql;

namespace HostAtlas.Engine.Tests.Storage.Postgres;

/// <summary>What the platform finds when it starts, and what it says about it.</summary>
public sealed class PostgresStartTests : IAsyncLifetime
{
    private PostgresDatabaseUnderTest _test = null!;

    public async Task InitializeAsync() => _test = await (await PostgresServer.SharedAsync()).NewDatabaseAsync();

    public Task DisposeAsync() => _test.DisposeAsync().AsTask();

    [Fact]
    public async Task Two_processes_that_start_at_once_make_one_schema_and_a_later_start_changes_nothing()
    {
        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() => Prepare())));
        Prepare();
        await using var connection = new NpgsqlConnection(_test.SuperuserConnection);
        await connection.OpenAsync();
        Assert.Equal(PostgresMigrations.Current, PostgresMigrations.Version(connection));
        await using var command = new NpgsqlCommand("select count(*) from hostatlas.schema_version", connection);
        Assert.Equal((long)PostgresMigrations.Current, await command.ExecuteScalarAsync());
    }

    [Fact]
    public async Task A_newer_database_is_refused_with_what_to_do()
    {
        Prepare();
        await _test.ExecuteAsync($"insert into hostatlas.schema_version values ({PostgresMigrations.Current + 1})");
        Assert.Contains("newer HostAtlas", Refusal(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_database_of_another_root_key_is_refused()
    {
        Prepare();
        using var database = new PostgresDatabase(_test.Connection);
        new TeamSeals(new PostgresKeyStore(database), Prepared.Roots, TimeProvider.System).Get(EmbeddedEngine.NewId<TeamId>());
        Prepare();
        var other = new RootKeys([.. Enumerable.Repeat((byte)7, 32)]);
        Assert.Contains(
            "Put the root.key", Assert.Throws<StoreStartException>(() => Prepare(roots: other)).Message, StringComparison.Ordinal);
        // A rotated ring still has the key.
        Prepare(roots: new RootKeys([.. Enumerable.Repeat((byte)7, 32), .. new byte[32]]));
        await _test.ExecuteAsync("update hostatlas.team_keys set destroyed_at_ms = 1");
        Prepare(roots: other);
    }

    [Fact]
    public async Task A_login_that_lacks_the_roles_or_has_too_much_is_refused_with_the_command_to_run()
    {
        var name = $"login_{EmbeddedEngine.NewId<TeamId>().Value:N}";
        await _test.ExecuteAsync($"create role {name} login password 'x'", $"grant connect on database {_test.Name} to {name}");
        var connection = With(connection => (connection.Username, connection.Password) = (name, "x"));
        Assert.Contains($"store roles --login {name} --database {_test.Name}", Refusal(connection), StringComparison.Ordinal);

        await _test.ExecuteAsync($"alter role {name} inherit", string.Join(';',
            PostgresRole.All.Select(role => $"grant {role.Name} to {name}")));
        Assert.Contains("without taking a role", Refusal(connection), StringComparison.Ordinal);

        await _test.ExecuteAsync(RoleScript.For(name, _test.Name));
        Prepare(connection);

        await _test.ExecuteAsync($"alter role {name} superuser");
        Assert.Contains("is a superuser", Refusal(connection), StringComparison.Ordinal);
        await _test.ExecuteAsync($"reassign owned by {name} to postgres", $"drop owned by {name}", $"drop role {name}");
    }

    [Theory]
    [InlineData("grant execute on function pg_catalog.set_config(text, text, boolean) to public")]
    [InlineData("grant update on pg_catalog.pg_settings to public")]
    [InlineData("grant usage on language plpgsql to public")]
    public async Task A_database_where_a_query_could_change_its_team_is_refused_until_the_script_has_run(string opening)
    {
        await _test.ExecuteAsync(opening);
        Assert.Contains("change its own team or role", Refusal(), StringComparison.Ordinal);
        await _test.ExecuteAsync(RoleScript.For(PostgresServer.Login, _test.Name));
        Prepare();
    }

    [Fact]
    public void What_cannot_be_reached_is_told_by_its_cause()
    {
        Assert.Contains("does not answer", Refusal(With(to => to.Port = FreePort.Next())), StringComparison.Ordinal);
        Assert.Contains("does not let hostatlas in", Refusal(With(to => to.Password = "wrong")), StringComparison.Ordinal);
        Assert.Contains("There is no database nowhere", Refusal(With(to => to.Database = "nowhere")), StringComparison.Ordinal);
        Assert.Contains("certificate", Refusal(With(to => to.RootCertificate = null)), StringComparison.Ordinal);
    }

    private string With(Action<NpgsqlConnectionStringBuilder> change)
    {
        var connection = new NpgsqlConnectionStringBuilder(_test.Connection);
        change(connection);
        return connection.ConnectionString;
    }

    private string Refusal(string? connection = null)
    {
        var message = Assert.Throws<StoreStartException>(() => Prepare(connection)).Message;
        Assert.DoesNotContain(PostgresServer.Password, message, StringComparison.Ordinal);
        return message;
    }

    private void Prepare(string? connection = null, RootKeys? roots = null)
    {
        using var database = new PostgresDatabase(connection ?? _test.Connection);
        PostgresStart.Prepare(database, roots ?? Prepared.Roots, TimeProvider.System);
    }
}
