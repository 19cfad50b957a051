using HostAtlas.Gateway.Hosting;
using Microsoft.Data.Sqlite;

namespace HostAtlas.Gateway.Tests.AtRest;

/// <summary>On <c>journal.db</c> and <c>data.db</c>, which are files of the data folder like all others.</summary>
public sealed class SqliteAtRestTests : AtRestSuite
{
    private protected override GatewayOptions Options => new()
    {
        Data = Folder.File("data"),
        Url = new Uri("https://127.0.0.1:0"),
        SilentAfter = TimeSpan.FromSeconds(10),
    };

    private protected override IEnumerable<(string Name, byte[] Bytes)> DumpStore() => [];

    private protected override long CountStored() =>
        Count("journal.db", "select count(*) from journal") + Count("data.db", "select count(*) from metric_rows");

    private long Count(string file, string sql)
    {
        using var connection = new SqliteConnection($"Data Source={Path.Combine(Options.Data, file)};Mode=ReadOnly;Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        return (long)command.ExecuteScalar()!;
    }
}
