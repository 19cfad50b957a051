using HostAtlas.Engine.Projections;
using HostAtlas.Engine.Storage.Sealing;
using HostAtlas.Engine.Storage.Sealing.Rotation;
using HostAtlas.Shared.Ids;
using Microsoft.Data.Sqlite;

namespace HostAtlas.Engine.Storage.Sqlite;

/// <summary>
/// Events and snapshots in <c>journal.db</c>, whose tables are Akka.Persistence.Sql's: both have a unique index on (persistence_id,
/// sequence_number). A team's entities are three ranges of it: the team's own, its servers', their backups'; people's are one.
/// </summary>
internal sealed class SqliteSealedJournal(EngineOptions options)
{
    private const string PeopleFrom = "user-", PeopleTo = "user.";

    /// <summary>Reads a page, see <see cref="ISealedValues.ReadAsync"/>.</summary>
    public IReadOnlyList<StoredValue> Read(TeamId? team, SealedTable table, StoredValue? after, byte[] head, int limit)
    {
        using var connection = Open(SqliteOpenMode.ReadOnly);
        if (!IsThere(connection, table)) return [];
        foreach (var (from, to) in RangesOf(team))
        {
            var behind = after is null ? from : IdOf(team, after);
            // Of the ranges, those before the one that was come to are done.
            if (string.CompareOrdinal(behind, to) >= 0) continue;
            using var command = SqliteSealedValues.Command(connection, ReadSql(table),
                ("$id", behind), ("$number", after?.Place.Detail ?? -1), ("$to", to), ("$head", head), ("$limit", limit));
            using var reader = command.ExecuteReader();
            var page = SqliteSealedValues.Page(reader, row => Value(team, table, row));
            if (page.Count > 0) return page;
            after = null;
        }
        return [];
    }

    /// <summary>Puts a page, see <see cref="ISealedValues.ReplaceAsync"/>.</summary>
    public int Replace(TeamId? team, SealedTable table, IReadOnlyList<(StoredValue Read, byte[] Anew)> values)
    {
        using var connection = Open(SqliteOpenMode.ReadWrite);
        using var transaction = connection.BeginTransaction(deferred: false);
        var replaced = 0;
        foreach (var (read, anew) in values)
        {
            using var command = SqliteSealedValues.Command(connection, ReplaceSql(table),
                ("$id", IdOf(team, read)), ("$number", read.Place.Detail), ("$read", read.Sealed), ("$anew", anew));
            replaced += command.ExecuteNonQuery();
        }
        transaction.Commit();
        return replaced;
    }

    /// <summary>Counts, see <see cref="ISealedValues.CountAsync"/>.</summary>
    public long Count(TeamId? team, SealedTable table, byte[] head)
    {
        using var connection = Open(SqliteOpenMode.ReadOnly);
        return !IsThere(connection, table) ? 0 : RangesOf(team).Sum(range =>
        {
            using var command = SqliteSealedValues.Command(connection, $"""
                select count(*) from {NameOf(table)} where persistence_id >= $from and persistence_id < $to
                  and substr({ColumnOf(table)}, 1, length($head)) <> $head
                """, ("$from", range.From), ("$to", range.To), ("$head", head));
            return (long)command.ExecuteScalar()!;
        });
    }

    // Akka.Persistence makes its tables a moment after a first start: until then there is nothing to seal anew.
    private static bool IsThere(SqliteConnection connection, SealedTable table)
    {
        using var there = SqliteSealedValues.Command(connection, "select exists (select 1 from sqlite_master where name = $name)",
            ("$name", NameOf(table)));
        return (long)there.ExecuteScalar()! != 0;
    }

    /// <summary>The statement of a page, for the test of its plan.</summary>
    internal static string ReadSql(SealedTable table) => $"""
        select persistence_id, sequence_number, {ColumnOf(table)} from {NameOf(table)}
        where (persistence_id, sequence_number) > ($id, $number) and persistence_id < $to
          and substr({ColumnOf(table)}, 1, length($head)) <> $head
        order by persistence_id, sequence_number limit $limit
        """;

    /// <summary>The statement of an update, for the test of its plan.</summary>
    internal static string ReplaceSql(SealedTable table) => $"""
        update {NameOf(table)} set {ColumnOf(table)} = $anew
        where persistence_id = $id and sequence_number = $number and {ColumnOf(table)} = $read
        """;

    private static string NameOf(SealedTable table) => table == SealedTable.Journal ? "journal" : "snapshot";

    private static string ColumnOf(SealedTable table) => table == SealedTable.Journal ? "message" : "snapshot";

    // In the order of ids.
    private static (string From, string To)[] RangesOf(TeamId? team) =>
        team is { } id ? EntitySeal.RangesOf(id) : [(PeopleFrom, PeopleTo)];

    private static string IdOf(TeamId? team, StoredValue value) =>
        value.Person ?? EntitySeal.EntityOf(team!.Value, value.Place);

    private static StoredValue Value(TeamId? team, SealedTable table, SqliteDataReader row)
    {
        var (id, number) = (row.GetString(0), row.GetInt64(1));
        return new StoredValue(EntitySeal.PlaceOf(table, id, number), 0, team is null ? id : null, row.GetFieldValue<byte[]>(2));
    }

    private SqliteConnection Open(SqliteOpenMode mode)
    {
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder
        {
            DataSource = Path.Combine(options.DataDirectory, "journal.db"),
            Mode = mode,
            Pooling = false,
            DefaultTimeout = 2,
        }.ConnectionString);
        try
        {
            connection.Open();
            DataFile.Execute(connection, "pragma busy_timeout=2000");
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }
}
