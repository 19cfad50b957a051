using Npgsql;

namespace HostAtlas.Engine.Storage.Postgres;

/// <summary><c>roles.sql</c>, which a superuser runs once: the one thing that the platform's own login cannot do.</summary>
public static class RoleScript
{
    /// <summary>The script for a login and a database, as plain SQL for any client.</summary>
    public static string For(string login, string database)
    {
        using var quoting = new NpgsqlCommandBuilder();
        return SqlText.Read("roles.sql")
            .Replace(":\"login\"", quoting.QuoteIdentifier(login), StringComparison.Ordinal)
            .Replace(":\"database\"", quoting.QuoteIdentifier(database), StringComparison.Ordinal);
    }
}

/// <summary>The SQL files of this folder, which are built into the assembly.</summary>
internal static class SqlText
{
    public static string Read(string name)
    {
        using var stream = typeof(SqlText).Assembly.GetManifestResourceStream(name)
            ?? throw new InvalidOperationException($"{name} is not built into the engine.");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
