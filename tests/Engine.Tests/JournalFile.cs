using HostAtlas.Engine.Cluster;
using HostAtlas.Shared.Ids;
using Microsoft.Data.Sqlite;

namespace HostAtlas.Engine.Tests;

/// <summary>A look into <c>DATA/journal.db</c> past the engine.</summary>
internal static class JournalFile
{
    /// <summary>The inner manifests of one room's events, in the order of the journal.</summary>
    public static List<string> ManifestsOf(EmbeddedEngine engine, string persistenceIdPrefix)
    {
        using var connection = Open(engine, SqliteOpenMode.ReadOnly);
        using var command = connection.CreateCommand();
        command.CommandText =
            "select persistence_id, sequence_number, message from journal where persistence_id glob $prefix || '*' order by ordering";
        command.Parameters.AddWithValue("$prefix", persistenceIdPrefix);
        using var reader = command.ExecuteReader();
        var manifests = new List<string>();
        while (reader.Read())
        {
            var happened = engine.Get<JournalSeal>().Of(reader.GetString(0))
                .Open(new SealedEvent(reader.GetFieldValue<byte[]>(2)), reader.GetInt64(1));
            manifests.Add(Serializers.Rooms.Values.SelectMany(room => room).Single(row => row.Json.Type == happened.GetType()).Manifest);
        }
        return manifests;
    }

    /// <summary>Changes the journal as nobody but a test may; <c>$team</c> is a team's id.</summary>
    public static void Execute(EmbeddedEngine engine, string sql, TeamId team)
    {
        using var connection = Open(engine, SqliteOpenMode.ReadWrite);
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.Parameters.AddWithValue("$team", team.ToString());
        command.ExecuteNonQuery();
    }

    /// <summary>A connection of one's own.</summary>
    public static SqliteConnection Open(EmbeddedEngine engine, SqliteOpenMode mode)
    {
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder
        {
            DataSource = Path.Combine(engine.Folder, "journal.db"),
            Mode = mode,
            Pooling = false,
        }.ConnectionString);
        connection.Open();
        return connection;
    }
}
