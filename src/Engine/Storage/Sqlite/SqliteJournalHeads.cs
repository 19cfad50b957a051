using Microsoft.Data.Sqlite;

namespace HostAtlas.Engine.Storage.Sqlite;

/// <summary>
/// The heads in <c>journal.db</c>. The table is Akka.Persistence.Sql's; its unique index on (id, number) serves the question.
/// </summary>
public sealed class SqliteJournalHeads(EngineOptions options) : IJournalHeads
{
    internal const string Sql = """
        select persistence_id, max(sequence_number) from journal where persistence_id > $after
        group by persistence_id order by persistence_id limit $limit
        """;

    private readonly string _connection = new SqliteConnectionStringBuilder
    {
        DataSource = Path.Combine(options.DataDirectory, "journal.db"),
        Mode = SqliteOpenMode.ReadOnly,
        Pooling = false,
        DefaultTimeout = 2,
    }.ConnectionString;

    /// <inheritdoc />
    public Task<IReadOnlyList<JournalHead>> PageAsync(string after, int limit, CancellationToken cancellation) =>
        Task.Run<IReadOnlyList<JournalHead>>(() =>
        {
            using var connection = new SqliteConnection(_connection);
            connection.Open();
            using var command = connection.CreateCommand();
            command.CommandText = Sql;
            command.Parameters.AddWithValue("$after", after);
            command.Parameters.AddWithValue("$limit", limit);
            using var reader = command.ExecuteReader();
            var heads = new List<JournalHead>();
            while (reader.Read()) heads.Add(new JournalHead(reader.GetString(0), reader.GetInt64(1)));
            return heads;
        }, cancellation);
}
