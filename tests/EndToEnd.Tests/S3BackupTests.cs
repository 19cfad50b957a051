using HostAtlas.TestSupport;
using HostAtlas.TestSupport.Clients;
using HostAtlas.TestSupport.ObjectStores;
using HostAtlas.TestSupport.Processes;
using static HostAtlas.EndToEnd.Tests.Ending;

namespace HostAtlas.EndToEnd.Tests;

/// <summary>A real agent's backup straight into the bucket of a real S3 server, and the way back.</summary>
public sealed class S3BackupTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_host_that_names_the_vaults_origin_backs_up_to_it_and_restores_and_one_that_does_not_is_told_which()
    {
        var s3 = await S3Server.SharedAsync();
        await using var platform = await PlatformProcess.StartAsync(environment: new Dictionary<string, string>
        {
            ["HOSTATLAS__VAULT__KIND"] = "s3",
            ["HOSTATLAS__VAULT__ENDPOINT"] = s3.Endpoint.ToString(),
            ["HOSTATLAS__VAULT__REGION"] = s3.Region,
            ["HOSTATLAS__VAULT__BUCKET"] = s3.Bucket,
            ["HOSTATLAS__VAULT__PREFIX"] = S3Server.NextPrefix(),
            ["HOSTATLAS__VAULT__KEYS_FILE"] = await s3.WriteKeysAsync(_folder.File("keys")),
            ["HOSTATLAS__VAULT__CA_FILE"] = s3.CaFile,
        });
        using var founder = await Founder.FoundAsync(platform);
        await Poll.UntilAsync("the platform's trial of its own tickets", Patience, async () =>
        {
            using var team = await founder.GetAsync("/api/team");
            var vault = team.RootElement.GetProperty("vault");
            Assert.Equal(s3.Region, vault.GetProperty("region").GetString());
            return vault.GetProperty("uploads").GetString() == "direct";
        });
        Assert.Contains("copy another object: refused", await platform.OpsAsync("vault", "show"), StringComparison.Ordinal);

        var tree = Directory.CreateDirectory(_folder.File("tree")).FullName;
        for (var i = 0; i < 20; i++) await File.WriteAllTextAsync(Path.Combine(tree, $"{i}"), $"content {i}\n");
        var server = await founder.AddServerAsync("kept");
        await using var agent = new AgentProcess(platform);
        await agent.ConfigureAsync($"[backup]\nroots = [\"{tree}\"]\n");
        Succeeded(await agent.EnrolAsync(server.Token));
        Succeeded(await agent.RunVerbAsync("key", "init", "--no-recovery"));

        // Nothing goes where the host's own configuration does not lead, and the refusal says what to write there.
        var refused = await agent.RunVerbAsync("backup");
        Assert.Equal(1, refused.ExitCode);
        var origin = s3.Endpoint.GetLeftPart(UriPartial.Authority);
        Assert.Contains($"it leads to {origin}", refused.LastWords, StringComparison.Ordinal);
        Assert.Contains("vault_origins", (await agent.RunVerbAsync("status")).Output, StringComparison.Ordinal);

        var authorities = _folder.File("authorities.pem");
        await File.WriteAllTextAsync(authorities,
            await File.ReadAllTextAsync(Path.Combine(platform.Data, "ca.pem")) + await File.ReadAllTextAsync(s3.CaFile));
        await File.WriteAllTextAsync(agent.Config, $"""
            url = "{platform.Url}"
            ca = "{authorities}"
            vault_origins = ["{origin}"]
            [backup]
            roots = ["{tree}"]
            """);
        Succeeded(await agent.RunVerbAsync("backup", "--json"));
        Assert.False(Directory.Exists(Path.Combine(platform.Data, "vault")));
        Succeeded(await agent.RunVerbAsync("verify", "--read-data"));
        Succeeded(await agent.RunVerbAsync("restore", "latest", "--to", _folder.File("back")));
        Assert.Equal("content 7\n", await File.ReadAllTextAsync(_folder.File("back") + Path.Combine(tree, "7")));
    }
}
