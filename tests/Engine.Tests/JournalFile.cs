using Microsoft.Data.Sqlite;

namespace HostAtlas.Engine.Tests;

/// <summary>A look into <c>DATA/journal.db</c> past the engine.</summary>
internal static class JournalFile
{
    /// <summary>The manifests of one room's events, in the order of the journal.</summary>
    public static List<string> ManifestsOf(EmbeddedEngine engine, string persistenceIdPrefix)
    {
        using var connection = new SqliteConnection(new SqliteConnectionStringBuilder
        {
            DataSource = Path.Combine(engine.Folder, "journal.db"),
            Mode = SqliteOpenMode.ReadOnly,
            Pooling = false,
        }.ConnectionString);
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = "select manifest from journal where persistence_id glob $prefix || '*' order by ordering";
        command.Parameters.AddWithValue("$prefix", persistenceIdPrefix);
        using var reader = command.ExecuteReader();
        var manifests = new List<string>();
        while (reader.Read()) manifests.Add(reader.GetString(0));
        return manifests;
    }
}
