using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using HostAtlas.TestSupport;
using HostAtlas.TestSupport.Clients;
using HostAtlas.TestSupport.Processes;
using static HostAtlas.EndToEnd.Tests.Ending;

namespace HostAtlas.EndToEnd.Tests;

/// <summary>
/// What a real agent tells a real platform of logs, of this machine, and in answer to commands; and what it does not: secrets that lie in a
/// log, among a process' arguments and beside a certificate are neither in what people read nor anywhere in the agent's own folder.
/// </summary>
public sealed class AgentFeedsTests : IDisposable
{
    // An inventory asks three of the host's programs, each with its limit of up to two minutes; on a busy machine they come near it.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90), InventoryPatience = TimeSpan.FromMinutes(4);

    private readonly TempFolder _folder = new();
    private readonly List<string> _planted = [];

    [Theory]
    [InlineData(PlatformStore.Sqlite)]
    [InlineData(PlatformStore.Postgresql)]
    public async Task Lines_inventory_and_commands_arrive_and_what_is_secret_among_them_does_not(PlatformStore store)
    {
        await using var platform = await PlatformProcess.StartAsync(store);
        using var founder = await Founder.FoundAsync(platform);
        var server = await founder.AddServerAsync("web");
        await using var agent = new AgentProcess(platform);
        var (log, tls) = (_folder.File("app.log"), _folder.File("tls"));
        Directory.CreateDirectory(tls);
        await File.WriteAllTextAsync(log, "");
        await File.WriteAllTextAsync(Path.Combine(tls, "web.pem"), Bundle());
        await agent.ConfigureAsync($"""
            interval = "1s"
            [logs]
            files = ["{log}"]
            [inventory]
            certificates = ["{tls}"]
            tls_listeners = false
            """);
        Succeeded(await agent.EnrolAsync(server.Token));
        var argument = Secret("argument");
        await using var busy = ChildProcess.Start("bash", ["-c", "while :; do :; done", "worker", $"--password={argument}"]);
        agent.Start();
        await Poll.UntilAsync(() => $"the log to be followed. The agent said:\n{agent.LastWords}", Patience,
            () => Task.FromResult(Directory.Exists(Path.Combine(agent.State, "logs"))));
        var (token, cut) = (Secret("token"), Secret("cut"));
        await File.AppendAllTextAsync(log, $"2026-11-25T10:00:00Z GET /a Authorization: Bearer {token}\n");
        await File.AppendAllTextAsync(log, "2026-11-25T10:00:01Z nothing to hide\n");

        var lines = await LinesAsync(founder, server, 2);
        Assert.Equal([log, log], lines.Select(line => line.GetProperty("source").GetString()));
        Assert.Equal("2026-11-25T10:00:01Z nothing to hide", lines[0].GetProperty("text").GetString());
        Assert.Contains("Authorization: Bearer [FILTERED]", lines[1].GetProperty("text").GetString(), StringComparison.Ordinal);

        // Rotated while nobody is looking: the end of the old file and the new one both arrive, once.
        await agent.KillAsync();
        await File.AppendAllTextAsync(log, $"2026-11-25T10:00:02Z password={cut}\n");
        File.Move(log, log + ".1");
        await File.WriteAllTextAsync(log, "2026-11-25T10:00:03Z anew\n");
        agent.Start();
        Assert.Equal(["10:00:03Z anew", "10:00:02Z password=[FILTERED]"],
            (await LinesAsync(founder, server, 4)).Take(2).Select(line => line.GetProperty("text").GetString()![11..]));

        using var asked = await founder.PostAsync($"/api/servers/{server.Id}/commands", """{"kind": "inventory.refresh"}""");
        var id = asked.RootElement.GetProperty("id").GetString();
        var ended = await Poll.ForAsync(() => $"the command's result. The agent said:\n{agent.LastWords}", InventoryPatience, async () =>
        {
            using var all = await founder.GetAsync($"/api/servers/{server.Id}/commands");
            var command = all.RootElement.GetProperty("items").EnumerateArray().Single(one => one.GetProperty("id").GetString() == id);
            return command.GetProperty("status").GetString() is not "queued" ? command.ToString() : null;
        });
        Assert.Contains("\"done\"", ended, StringComparison.Ordinal);

        using var answer = await founder.GetAsync($"/api/servers/{server.Id}/inventory");
        var inventory = answer.RootElement.ToString();
        Assert.Contains("CN=web.example.org", inventory, StringComparison.Ordinal);
        Assert.Contains("worker", inventory, StringComparison.Ordinal);

        Assert.Equal(0, await agent.StopAsync());
        using var everything = await founder.GetAsync($"/api/servers/{server.Id}/logs?from=0&limit=200");
        var told = inventory + everything.RootElement + agent.LastWords;
        foreach (var file in Directory.EnumerateFiles(agent.State, "*", SearchOption.AllDirectories))
            told += Encoding.Latin1.GetString(await File.ReadAllBytesAsync(file));
        Assert.All(_planted, secret => Assert.DoesNotContain(secret, told, StringComparison.Ordinal));
    }

    /// <inheritdoc />
    public void Dispose() => _folder.Dispose();

    // A certificate and its key in one file, as many servers want it.
    private string Bundle()
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=web.example.org", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        var now = TimeProvider.System.GetUtcNow();
        using var certificate = request.CreateSelfSigned(now.AddDays(-1), now.AddDays(90));
        var pem = key.ExportPkcs8PrivateKeyPem();
        _planted.AddRange(pem.Split('\n').Where(line => line.Length == 64));
        return certificate.ExportCertificatePem() + "\n" + pem + "\n";
    }

    private string Secret(string name)
    {
        var secret = $"{name}-{Convert.ToHexString(RandomNumberGenerator.GetBytes(12))}";
        _planted.Add(secret);
        return secret;
    }

    // The newest first.
    private static Task<List<JsonElement>> LinesAsync(Founder founder, WatchedServer server, int count) =>
        Poll.ForAsync($"{count} lines", Patience, async () =>
        {
            using var page = await founder.GetAsync($"/api/servers/{server.Id}/logs?from=0&limit=200");
            var items = page.RootElement.GetProperty("items").EnumerateArray().Select(item => item.Clone()).ToList();
            Assert.InRange(items.Count, 0, count);
            return items.Count == count ? items : null;
        });
}
