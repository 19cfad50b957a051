namespace HostAtlas.Engine.Storage;

/// <summary>
/// <c>DATA/store</c>: there when the platform of this data folder keeps its data in PostgreSQL. Without it a start that forgot its
/// configuration would find no database here, make an empty one, and look like a platform that has lost everything.
/// </summary>
internal static class StoreMarker
{
    private const string Postgresql = "postgresql\n";

    /// <summary>Notes that this folder's data lies in PostgreSQL. On the disk when this returns.</summary>
    public static void Write(string dataDirectory)
    {
        var path = PathIn(dataDirectory);
        if (File.Exists(path)) return;
        // Found half-written it says the same: that it is there is what counts.
        using var file = new FileStream(path, FileMode.Create, FileAccess.Write);
        file.Write(System.Text.Encoding.ASCII.GetBytes(Postgresql));
        file.Flush(flushToDisk: true);
    }

    /// <summary>
    /// Before SQLite is used: throws <see cref="StoreStartException"/> when this folder's data lies in PostgreSQL, or when there are
    /// backups here and no database that knows them.
    /// </summary>
    public static void RefuseIfElsewhere(string dataDirectory)
    {
        var path = PathIn(dataDirectory);
        if (File.Exists(path))
            throw new StoreStartException(
                $"The platform of {dataDirectory} keeps its data in PostgreSQL, and this start names SQLite. Start it with the "
                + "configuration that says so (--config FILE with store.kind = \"postgresql\"). To begin anew with an empty platform in "
                + $"this folder, delete {path}.");
        var vault = Path.Combine(dataDirectory, "vault");
        if (File.Exists(Path.Combine(dataDirectory, "data.db")) || File.Exists(Path.Combine(dataDirectory, "journal.db"))
            || !Directory.Exists(vault) || !Directory.EnumerateDirectories(vault).Any()) return;
        throw new StoreStartException(
            $"{vault} holds backups, and there is no database in {dataDirectory} that knows them. Put journal.db and data.db back from "
            + "their backup, or, when the data lies in PostgreSQL, start with the configuration that says so (--config FILE). To begin "
            + "anew, move the vault away.");
    }

    private static string PathIn(string dataDirectory) => Path.Combine(dataDirectory, "store");
}
