using HostAtlas.Engine.Storage.Sealing;
using Microsoft.Data.Sqlite;

namespace HostAtlas.Engine.Storage.Sqlite;

/// <summary>
/// Whether the files of a data folder belong together. A platform that started with a part of another one would seal under keys that are
/// lost when the right part is put back.
/// </summary>
internal static class SqliteStart
{
    /// <summary>What a gateway looks at, which changes nothing: the engine has made and migrated the file.</summary>
    public static void Look(DataFile file, string dataDirectory, RootKeys roots)
    {
        if (!File.Exists(file.Path))
            throw new StoreStartException(
                $"{file.Path} is not there. With SQLite a gateway runs on its engine's own data folder: name it with --data. (Or is "
                + "store.kind = \"postgresql\" missing?)");
        using (var data = file.OpenReader())
        {
            if (Migrations.Version(data) is var version && version != Migrations.Current)
                throw new StoreStartException(
                    $"{file.Path} has schema version {version}, this gateway knows {Migrations.Current}. Start engine and gateway of the "
                    + "same version, the engine first.");
        }
        Check(file, dataDirectory, roots);
    }

    /// <summary>Throws <see cref="StoreStartException"/> with what is missing.</summary>
    public static void Check(DataFile file, string dataDirectory, RootKeys roots)
    {
        using var data = file.OpenReader();
        var wrappedBy = RootIds(data);
        if (wrappedBy.Except(roots.Roots.Select(root => RootKeys.IdOf(root))).Any())
            throw new StoreStartException(
                $"{file.Path} holds what root.key of this data folder does not open: it belongs to another one. Put the root.key that "
                + "belongs to these databases into the data folder, from its backup.");
        using var all = data.CreateCommand();
        all.CommandText = "select exists (select 1 from team_keys)";
        if ((long)all.ExecuteScalar()! == 0 && HoldsTeams(Path.Combine(dataDirectory, "journal.db")))
            throw new StoreStartException(
                $"{file.Path} holds no key, although journal.db beside it holds events of teams, which those keys open. Put data.db back "
                + "from the backup that journal.db is of.");
    }

    private static List<long> RootIds(SqliteConnection data)
    {
        using var command = data.CreateCommand();
        command.CommandText = "select distinct root_id from team_keys where destroyed_at_ms is null";
        using var reader = command.ExecuteReader();
        var ids = new List<long>();
        while (reader.Read()) ids.Add(reader.GetInt64(0));
        return ids;
    }

    private static bool HoldsTeams(string journal)
    {
        if (!File.Exists(journal) || new FileInfo(journal).Length == 0) return false;
        using var connection = new SqliteConnection(new SqliteConnectionStringBuilder
        {
            DataSource = journal,
            Mode = SqliteOpenMode.ReadOnly,
            Pooling = false,
        }.ConnectionString);
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = "select exists (select 1 from sqlite_master where name = 'journal')";
        if ((long)command.ExecuteScalar()! == 0) return false;
        command.CommandText = "select exists (select 1 from journal where persistence_id >= 'team-' and persistence_id < 'team.')";
        return (long)command.ExecuteScalar()! == 1;
    }
}
