using System.Text.Json;
using HostAtlas.TestSupport.Processes;

namespace HostAtlas.Gateway.Tests.Watch;

/// <summary>The verb as a process: exit codes, words on stderr, JSON on stdout.</summary>
public sealed class WatchCommandTests
{
    // The second one has been silent for long; a look does not wait for it.
    private static string Servers => $$"""
        [{"id": "1", "name": "old", "status": "silent", "lastSeenAt": "2026-01-01T00:00:00Z"},
         {"id": "2", "name": "web", "status": "online", "lastSeenAt": "{{TimeProvider.System.GetUtcNow():O}}"}]
        """;

    [Fact]
    public async Task Once_prints_a_table_and_ends()
    {
        await using var platform = await CannedPlatform.StartAsync();
        platform.Servers = Servers;
        var (exit, output, _) = await RunAsync(platform, platform.AuthorityFile, "--once");
        Assert.Equal(0, exit);
        Assert.Contains("web", output);
        Assert.Contains("42.5 %", output);
        Assert.DoesNotContain('\u001b', output);
        // What a command began it ends: nobody else would.
        Assert.Equal((1, 1), (platform.SignIns, platform.SignOuts));
    }

    [Fact]
    public async Task Who_belongs_to_several_teams_names_one()
    {
        await using var platform = await CannedPlatform.StartAsync();
        platform.Servers = Servers;
        const string Team = "534c0b5e-fad2-4269-b0b9-b771b9ec54c7";
        var (exit, _, _) = await RunAsync(platform, platform.AuthorityFile, "--once", "--team", Team);
        Assert.Equal((0, Team), (exit, platform.Team));
    }

    [Fact]
    public async Task Json_is_one_object_a_line()
    {
        await using var platform = await CannedPlatform.StartAsync();
        platform.Servers = Servers;
        var (exit, output, _) = await RunAsync(platform, platform.AuthorityFile, "--once", "--json");
        Assert.Equal(0, exit);
        var server = JsonDocument.Parse(Assert.Single(output.Trim().Split('\n'))).RootElement.GetProperty("servers")[1];
        Assert.Equal("web", server.GetProperty("name").GetString());
        Assert.Equal(42.5, server.GetProperty("values").GetProperty("cpu.used_percent").GetDouble());
    }

    [Fact]
    public async Task A_platform_of_another_authority_gets_no_password()
    {
        await using var platform = await CannedPlatform.StartAsync();
        await using var other = await CannedPlatform.StartAsync();
        var (exit, _, error) = await RunAsync(platform, other.AuthorityFile, "--once");
        Assert.Equal(1, exit);
        Assert.Contains("not trusted", error);
        Assert.Equal(0, platform.SignIns);
    }

    [Fact]
    public async Task A_platform_of_another_name_gets_no_password()
    {
        await using var platform = await CannedPlatform.StartAsync("other.example.org");
        var (exit, _, error) = await RunAsync(platform, platform.AuthorityFile, "--once");
        Assert.Equal(1, exit);
        Assert.Contains("not trusted", error);
        Assert.Equal(0, platform.SignIns);
    }

    [Fact]
    public async Task An_unknown_server_is_the_platforms_own_words()
    {
        await using var platform = await CannedPlatform.StartAsync();
        var (exit, _, error) = await RunAsync(platform, platform.AuthorityFile, "--server", "nobody");
        Assert.Equal(1, exit);
        Assert.Contains("no such thing", error);
        Assert.Equal(1, platform.SignOuts);
    }

    [Fact]
    public async Task An_address_without_tls_is_wrong_usage()
    {
        var ended = await ChildProcess.RunAssemblyAsync(
            "Gateway", ["watch", "--url", "http://127.0.0.1:8443", "--email", "a@b", "--password-file", "x"]);
        Assert.Equal(2, ended.ExitCode);
        Assert.Contains("https address", ended.LastWords);
    }

    private static async Task<Finished> RunAsync(CannedPlatform platform, string authority, params string[] flags) =>
        await ChildProcess.RunAssemblyAsync("Gateway",
        [
            "watch", "--url", platform.Url.ToString(), "--ca", authority, "--email", CannedPlatform.Email,
            "--password-file", platform.PasswordFile, .. flags,
        ]);
}
