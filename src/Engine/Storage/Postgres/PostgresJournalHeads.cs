using Npgsql;

namespace HostAtlas.Engine.Storage.Postgres;

/// <summary>The heads in <c>journal.journal</c>; its unique index on (id, number) serves the question.</summary>
public sealed class PostgresJournalHeads(PostgresDatabase database) : IJournalHeads
{
    /// <inheritdoc />
    public Task<IReadOnlyList<JournalHead>> PageAsync(string after, int limit, CancellationToken cancellation) =>
        database.RunAsync<IReadOnlyList<JournalHead>>(PostgresRole.Journal, async (connection, token) =>
        {
            await using var command = new NpgsqlCommand("""
                select persistence_id, max(sequence_number) from journal where persistence_id > $1
                group by persistence_id order by persistence_id limit $2
                """, connection);
            command.Parameters.AddWithValue(after);
            command.Parameters.AddWithValue(limit);
            await using var reader = await command.ExecuteReaderAsync(token).ConfigureAwait(false);
            var heads = new List<JournalHead>();
            while (await reader.ReadAsync(token).ConfigureAwait(false)) heads.Add(new JournalHead(reader.GetString(0), reader.GetInt64(1)));
            return heads;
        }, cancellation);
}
