using HostAtlas.Engine.Storage.Postgres;

namespace HostAtlas.Engine.Storage;

/// <summary>Which database keeps everything.</summary>
public enum StoreKind
{
    /// <summary><c>journal.db</c> and <c>data.db</c> in the data folder.</summary>
    Sqlite,

    /// <summary>A PostgreSQL server, 15 or newer.</summary>
    Postgresql,
}

/// <summary>The choice of the database.</summary>
/// <param name="Kind">Which.</param>
/// <param name="Connection">PostgreSQL's connection string; it may hold a password. Null for SQLite.</param>
public sealed record StoreOptions(StoreKind Kind, string? Connection = null)
{
    /// <summary>SQLite, the default.</summary>
    public static StoreOptions Sqlite { get; } = new(StoreKind.Sqlite);

    /// <summary>Everything that is wrong with it, a sentence each.</summary>
    public IReadOnlyList<string> Faults() => (Kind, Connection) switch
    {
        (StoreKind.Sqlite, null) => [],
        (StoreKind.Sqlite, _) => ["store.connection: only store.kind = \"postgresql\" has one."],
        (_, null or "") =>
            ["store.kind = \"postgresql\": store.connection_file (or store.connection) must say where. "
                + "Write the connection string to a file of mode 0600 and name it."],
        (_, { } text) => ConnectionRules.Read(text).Faults,
    };

    /// <summary>Without the connection string, which may hold a password.</summary>
    public override string ToString() => Kind.ToString();
}
