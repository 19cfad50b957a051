using System.Collections.Immutable;
using NpgsqlTypes;

namespace HostAtlas.Engine.Storage.Move;

/// <summary>A column that both databases have, and its type in PostgreSQL.</summary>
internal sealed record MovedColumn(string Name, string Type)
{
    /// <summary>The type as Npgsql names it.</summary>
    public NpgsqlDbType DbType => Type switch
    {
        "uuid" => NpgsqlDbType.Uuid,
        "bigint" => NpgsqlDbType.Bigint,
        "integer" => NpgsqlDbType.Integer,
        "boolean" => NpgsqlDbType.Boolean,
        "bytea" => NpgsqlDbType.Bytea,
        "text" => NpgsqlDbType.Text,
        _ => throw new StoreMoveException($"A column {Name} of the type {Type} is not known to this version's move."),
    };

    /// <summary>What SQLite keeps, as PostgreSQL's type is in memory.</summary>
    public object? FromSqlite(object value) => value is DBNull ? null : DbType switch
    {
        NpgsqlDbType.Uuid => new Guid((byte[])value, bigEndian: true),
        NpgsqlDbType.Integer => checked((int)(long)value),
        NpgsqlDbType.Boolean => (long)value != 0,
        _ => value,
    };

    /// <summary>The reverse, for asking on from a key.</summary>
    public static object ToSqlite(object value) => value is Guid id ? id.ToByteArray(bigEndian: true) : value;
}

/// <summary>
/// A table that both databases have under one name with the same columns; read from PostgreSQL's catalogue, so that a later version's
/// column is moved without a word here.
/// </summary>
/// <param name="Schema">PostgreSQL's schema: <c>journal</c> for <c>journal.db</c>, <c>hostatlas</c> for <c>data.db</c>.</param>
/// <param name="Name">Of both.</param>
/// <param name="Columns">In the order in which rows are read and written.</param>
/// <param name="TargetKey">The columns that PostgreSQL's rows are found by.</param>
/// <param name="SourceKey">The columns that SQLite's rows are ordered by.</param>
/// <param name="ForcesRowSecurity">Whether not even the owner sees its rows.</param>
internal sealed record MovedTable(string Schema, string Name, ImmutableArray<MovedColumn> Columns, ImmutableArray<int> TargetKey,
    ImmutableArray<int> SourceKey, bool ForcesRowSecurity)
{
    /// <summary>In SQL of PostgreSQL, and for people.</summary>
    public string FullName => $"{Schema}.{Name}";

    /// <summary>The columns' names in both dialects, with a table's alias before each.</summary>
    public string ColumnList(string alias = "") => string.Join(", ", Columns.Select(column => $"{alias}\"{column.Name}\""));

    /// <summary>A row's key, for people.</summary>
    public string Describe(object?[] row) => string.Join(", ", TargetKey.Select(i =>
        $"{Columns[i].Name} {(row[i] is byte[] bytes ? Convert.ToHexStringLower(bytes) : row[i])}"));
}
