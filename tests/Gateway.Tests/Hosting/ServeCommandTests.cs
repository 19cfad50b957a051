using System.Net;
using System.Net.Sockets;
using HostAtlas.TestSupport;
using HostAtlas.TestSupport.Databases;
using HostAtlas.TestSupport.Processes;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Npgsql;

namespace HostAtlas.Gateway.Tests.Hosting;

/// <summary>The real program as its operator meets it.</summary>
public sealed class ServeCommandTests : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);
    private readonly TempFolder _folder = new();

    private string Data => _folder.File("data");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task It_says_where_it_is_refuses_a_second_one_on_its_folder_and_ends_with_0_when_told_to()
    {
        await using var platform = ChildProcess.StartAssembly("Gateway", ["serve", "--data", Data, "--url", "https://127.0.0.1:0"]);
        await Poll.UntilAsync(
            "the line that says ready", Limit, () =>
            Task.FromResult(platform.LastWords.Contains("HostAtlas is ready at https://127.0.0.1:", StringComparison.Ordinal)));
        var second = await ChildProcess.RunAssemblyAsync(
            "Gateway", ["serve", "--data", Data, "--url", "https://127.0.0.1:0"], limit: Limit);
        Assert.Equal(1, second.ExitCode);
        Assert.Contains("Another platform runs on the data folder", second.LastWords, StringComparison.Ordinal);
        Assert.Equal(0, (await platform.TerminateAsync(TimeSpan.FromSeconds(10))).ExitCode);
    }

    [Fact]
    public async Task A_port_that_is_taken_is_one_clear_line()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var words = await FailsAsync(1, "serve", "--data", Data, "--url", $"https://{taken.LocalEndpoint}");
        Assert.Equal($"serve: {taken.LocalEndpoint} is taken by another process. Stop it, or name another address with --url.", words);
    }

    [Fact]
    public async Task A_folder_that_cannot_be_made_is_one_clear_line()
    {
        await File.WriteAllTextAsync(_folder.File("file"), "");
        var words = await FailsAsync(1, "serve", "--data", _folder.File("file", "data"), "--url", "https://127.0.0.1:0");
        Assert.StartsWith($"serve: The data folder {_folder.File("file", "data")} cannot be used", Assert.Single(words.Split('\n')),
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_folder_that_served_PostgreSQL_does_not_become_an_empty_platform_when_the_configuration_is_forgotten()
    {
        await using var platform = await PlatformProcess.StartAsync(PlatformStore.Postgresql);
        await platform.StopAsync();
        var words = await FailsAsync(1, "serve", "--data", platform.Data, "--url", "https://127.0.0.1:0");
        Assert.Contains($"The platform of {platform.Data} keeps its data in PostgreSQL", words, StringComparison.Ordinal);
        Assert.False(File.Exists(Path.Combine(platform.Data, "data.db")));
        Assert.False(File.Exists(Path.Combine(platform.Data, "journal.db")));
        // As its text says, for somebody who means it.
        File.Delete(Path.Combine(platform.Data, "store"));
        await using var anew = ChildProcess.StartAssembly("Gateway", ["serve", "--data", platform.Data, "--url", "https://127.0.0.1:0"]);
        await Poll.UntilAsync("the line that says ready", Limit,
            () => Task.FromResult(anew.LastWords.Contains("HostAtlas is ready", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_database_that_is_away_is_one_clear_line()
    {
        var port = FreePort.Next();
        var words = await FailsOnAsync($"Host=127.0.0.1;Port={port};Database=atlas;Username=atlas;Password=secret-word");
        Assert.StartsWith($"serve: 127.0.0.1:{port}/atlas does not answer: ", Assert.Single(words.Split('\n')), StringComparison.Ordinal);
        Assert.EndsWith("Start PostgreSQL, or correct store.connection.", words, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_root_certificate_that_is_not_there_is_named_as_such()
    {
        var missing = _folder.File("db-ca.pem");
        var words = await FailsOnAsync("Host=db.example.net;Database=atlas;Username=atlas;Password=secret-word;SSL Mode=VerifyFull;"
            + $"Root Certificate={missing}");
        Assert.StartsWith(
            $"serve: db.example.net:5432/atlas: the file {missing} that the connection string names as Root Certificate is not there. ",
            Assert.Single(words.Split('\n')), StringComparison.Ordinal);
        Assert.DoesNotContain("..", words, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_that_demands_tls_is_told_to_whoever_forbade_it()
    {
        await using var database = await (await PostgresServer.SharedAsync()).NewDatabaseAsync();
        var plain = new NpgsqlConnectionStringBuilder(database.Connection) { SslMode = SslMode.Disable, RootCertificate = null };
        Assert.Contains("says SSL Mode=Disable: if the server demands TLS, write SSL Mode=VerifyFull.",
            Assert.Single((await FailsOnAsync(plain.ConnectionString)).Split('\n')), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Wrong_settings_stop_the_start_with_the_full_list()
    {
        await File.WriteAllTextAsync(_folder.File("platform.toml"), "[ingest]\nwindow_seconds = 1\nwindow = 60\n");
        var words = await FailsAsync(1, "serve", "--data", Data, "--config", _folder.File("platform.toml"));
        Assert.Contains("serve: ingest.window_seconds = '1'", words, StringComparison.Ordinal);
        Assert.Contains("serve: ingest.window: there is no such setting", words, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Data));
    }

    [Theory]
    [InlineData("serve", "--nothing")]
    [InlineData("serve", "--url", "http://127.0.0.1:80")]
    [InlineData("store", "roles", "--login", "")]
    [InlineData("nothing")]
    [InlineData]
    public async Task Wrong_usage_ends_with_2(params string[] arguments) => await FailsAsync(2, arguments);

    private async Task<string> FailsOnAsync(string connection)
    {
        var file = _folder.File("connection");
        await File.WriteAllTextAsync(file, connection);
        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        await File.WriteAllTextAsync(
            _folder.File("platform.toml"), $"[store]\nkind = \"postgresql\"\nconnection_file = \"{file}\"\n");
        return await FailsAsync(1, "serve", "--data", Data, "--url", "https://127.0.0.1:0", "--config", _folder.File("platform.toml"));
    }

    private static async Task<string> FailsAsync(int exitCode, params string[] arguments)
    {
        var finished = await ChildProcess.RunAssemblyAsync("Gateway", arguments, limit: Limit);
        Assert.Equal(exitCode, finished.ExitCode);
        return finished.LastWords.TrimEnd('\n');
    }
}

[Collection(nameof(PlatformCollection))]
public sealed class GatewayHostTests(TestPlatform platform)
{
    [Fact]
    public void The_server_starts_last_and_stops_first_so_that_no_request_meets_half_an_engine() => Assert.Equal(
        "GenericWebHostService", platform.Services.GetServices<IHostedService>().Last().GetType().Name);
}
