using HostAtlas.Engine.Storage.Postgres;
using HostAtlas.Engine.Storage.Sealing;
using HostAtlas.TestSupport.Databases;

namespace HostAtlas.Engine.Tests.Storage.Postgres;

/// <summary>Databases with the platform's schema, on the server that this run's tests share.</summary>
internal static class Prepared
{
    /// <summary>The ring of root keys that tests seal under.</summary>
    public static RootKeys Roots { get; } = new(new byte[32]);

    /// <summary>A database of one's own, brought up to the present version.</summary>
    public static async Task<PostgresDatabaseUnderTest> NewAsync() =>
        await (await PostgresServer.SharedAsync()).NewDatabaseAsync(connection =>
        {
            using var database = new PostgresDatabase(connection);
            PostgresStart.Prepare(database, Roots, TimeProvider.System);
        });
}
