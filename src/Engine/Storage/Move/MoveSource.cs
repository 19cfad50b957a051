using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using HostAtlas.Engine.Storage.Sqlite;
using Microsoft.Data.Sqlite;

namespace HostAtlas.Engine.Storage.Move;

/// <summary><c>journal.db</c> and <c>data.db</c>, opened read-only: a move leaves them as they are.</summary>
internal sealed class MoveSource : IDisposable
{
    private readonly SqliteConnection _journal, _data;

    private MoveSource(SqliteConnection journal, SqliteConnection data) => (_journal, _data) = (journal, data);

    /// <summary>Opens both; <see cref="StoreMoveException"/> when they are not there or of another version.</summary>
    public static MoveSource Open(string dataDirectory)
    {
        foreach (var name in new[] { "journal.db", "data.db" })
        {
            if (!File.Exists(Path.Combine(dataDirectory, name)))
                throw new StoreMoveException(
                    $"{dataDirectory} holds no {name}: there is nothing to move. Name the data folder with --data.");
        }
        var source = new MoveSource(Open(dataDirectory, "journal.db"), Open(dataDirectory, "data.db"));
        var version = Scalar(source._data, "pragma user_version");
        if (version == Migrations.Current) return source;
        source.Dispose();
        throw new StoreMoveException(
            $"data.db has schema version {version}, this program knows {Migrations.Current}. Start this version on the data folder once, "
            + "with SQLite, stop it, and move then.");
    }

    /// <summary>Tells this journal from every other, whatever is added to it: a digest of its first event's place.</summary>
    public string Identity()
    {
        using var command = Command(_journal, """
            select ordering || '|' || created || '|' || persistence_id || '|' || coalesce(writer_uuid, '')
            from journal order by ordering limit 1
            """);
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(command.ExecuteScalar() as string ?? "")));
    }

    /// <summary>The highest number that the journal ever gave out.</summary>
    public long LastOrdering() => Scalar(_journal, "select coalesce(max(seq), 0) from sqlite_sequence where name = 'journal'");

    /// <summary>Every table with its columns, by the schema it belongs to.</summary>
    public IReadOnlyList<(string Schema, string Name)> Tables() =>
        [.. Tables(_journal).Select(name => ("journal", name)), .. Tables(_data).Select(name => ("hostatlas", name))];

    /// <summary>A table's columns; those of its primary key have their place in it, from 1.</summary>
    public IReadOnlyList<(string Name, int KeyPlace)> Columns(string schema, string table)
    {
        using var command = Command(Of(schema), "select name, pk from pragma_table_info($table)");
        command.Parameters.AddWithValue("$table", table);
        using var reader = command.ExecuteReader();
        var columns = new List<(string, int)>();
        while (reader.Read()) columns.Add((reader.GetString(0), reader.GetInt32(1)));
        return columns;
    }

    /// <summary>How many rows a table has.</summary>
    public long Count(string schema, string table) => Scalar(Of(schema), $"select count(*) from \"{table}\"");

    /// <summary>The next rows behind a key, in the order of the source's key: as many as fit into both limits, none at the end.</summary>
    public List<object?[]> Page(MovedTable table, object[]? after, int rows, int bytes)
    {
        var key = string.Join(", ", table.SourceKey.Select(i => $"\"{table.Columns[i].Name}\""));
        var behind = after is null ? "" : $" where ({key}) > ({string.Join(", ", after.Select((_, i) => $"$k{i}"))})";
        using var command = Command(
            Of(table.Schema), $"select {table.ColumnList()} from \"{table.Name}\"{behind} order by {key} limit $rows");
        command.Parameters.AddWithValue("$rows", rows);
        for (var i = 0; i < after?.Length; i++)
            command.Parameters.AddWithValue($"$k{i}", MovedColumn.ToSqlite(after[i]));
        using var reader = command.ExecuteReader();
        var page = new List<object?[]>();
        var size = 0;
        while (size < bytes && reader.Read())
        {
            var row = new object?[table.Columns.Length];
            for (var i = 0; i < row.Length; i++) row[i] = table.Columns[i].FromSqlite(reader.GetValue(i));
            page.Add(row);
            size += MovedRow.SizeOf(row);
        }
        return page;
    }

    /// <inheritdoc />
    public void Dispose()
    {
        _journal.Dispose();
        _data.Dispose();
    }

    private SqliteConnection Of(string schema) => schema == "journal" ? _journal : _data;

    private static IEnumerable<string> Tables(SqliteConnection connection)
    {
        using var command = Command(connection, "select name from sqlite_master where type = 'table' and name not like 'sqlite_%'");
        using var reader = command.ExecuteReader();
        while (reader.Read()) yield return reader.GetString(0);
    }

    private static long Scalar(SqliteConnection connection, string sql)
    {
        using var command = Command(connection, sql);
        return Convert.ToInt64(command.ExecuteScalar(), CultureInfo.InvariantCulture);
    }

    private static SqliteCommand Command(SqliteConnection connection, string sql)
    {
        var command = connection.CreateCommand();
#pragma warning disable CA2100 // Names come from the databases' own catalogues, values are parameters.
        command.CommandText = sql;
#pragma warning restore CA2100
        return command;
    }

    private static SqliteConnection Open(string dataDirectory, string file)
    {
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder
        {
            DataSource = Path.Combine(dataDirectory, file),
            Mode = SqliteOpenMode.ReadOnly,
            Pooling = false,
        }.ConnectionString);
        connection.Open();
        return connection;
    }
}
