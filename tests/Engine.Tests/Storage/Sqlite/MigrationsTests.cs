using System.Globalization;
using HostAtlas.Engine.Storage;
using HostAtlas.Engine.Storage.Sqlite;
using HostAtlas.TestSupport;
using Microsoft.Data.Sqlite;

namespace HostAtlas.Engine.Tests.Storage.Sqlite;

public sealed class MigrationsTests : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly DataFile _file;

    public MigrationsTests() => _file = new DataFile(_folder.Path);

    [Fact]
    public void A_fresh_database_gets_the_current_version_and_preparing_it_again_changes_nothing()
    {
        _file.Prepare();
        Assert.Equal(Migrations.Current, Number("pragma user_version"));
        var schema = Number("pragma schema_version");
        _file.Prepare();
        Assert.Equal(schema, Number("pragma schema_version"));
    }

    [Fact]
    public void A_newer_database_is_refused_with_what_to_do_and_left_alone()
    {
        _file.Prepare();
        using (var writer = _file.OpenWriter()) DataFile.Execute(writer, $"pragma user_version = {Migrations.Current + 1}");
        var refusal = Assert.Throws<StoreStartException>(_file.Prepare);
        Assert.Contains("newer HostAtlas", refusal.Message, StringComparison.Ordinal);
        Assert.Equal(Migrations.Current + 1, Number("pragma user_version"));
    }

    [Fact]
    public void A_database_that_kept_values_in_clear_is_refused_with_what_to_do()
    {
        _file.Prepare();
        using (var writer = _file.OpenWriter()) DataFile.Execute(writer, "pragma user_version = 1");
        var refusal = Assert.Throws<StoreStartException>(_file.Prepare);
        Assert.Contains("empty data folder", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_database_and_what_lies_beside_it_is_the_platforms_alone()
    {
        _file.Prepare();
        using var writer = _file.OpenWriter();
        DataFile.Execute(writer, "insert into projection values ('x', 1)");
        var files = Directory.GetFiles(_folder.Path);
        Assert.Contains(_file.Path + "-wal", files);
        Assert.All(files, file => Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file)));
    }

    [Fact]
    public void What_is_committed_is_on_the_disk_and_readers_do_not_wait()
    {
        _file.Prepare();
        Assert.Equal("wal", Text("pragma journal_mode"));
        using var writer = _file.OpenWriter();
        using var command = writer.CreateCommand();
        command.CommandText = "pragma synchronous";
        Assert.Equal(2L, command.ExecuteScalar());
    }

    [Fact]
    public void Every_table_leads_with_the_team_or_is_a_listed_platform_table()
    {
        // Rows of these belong to the platform or to people; whoever adds a table has to choose.
        string[] platform = ["audit_told", "projection", "rollup_progress", "sessions"];
        _file.Prepare();
        using var reader = _file.OpenReader();
        using var command = reader.CreateCommand();
        command.CommandText = """
            select t.name from sqlite_master t where t.type = 'table'
            and (select c.name from pragma_table_info(t.name) c where c.pk = 1) is not 'team'
            """;
        using var rows = command.ExecuteReader();
        var others = new List<string>();
        while (rows.Read()) others.Add(rows.GetString(0));
        Assert.Equal(platform, others.Order());
    }

    public void Dispose() => _folder.Dispose();

    private long Number(string sql) => Convert.ToInt64(Scalar(sql), CultureInfo.InvariantCulture);

    private string Text(string sql) => Convert.ToString(Scalar(sql), CultureInfo.InvariantCulture)!;

    private object? Scalar(string sql)
    {
        using var reader = _file.OpenReader();
        using var command = reader.CreateCommand();
        command.CommandText = sql;
        return command.ExecuteScalar();
    }
}
