using HostAtlas.Shared.Ids;

namespace HostAtlas.Gateway.Tests.AtRest;

/// <content>Log lines, inventories and commands.</content>
public abstract partial class AtRestSuite
{
    private const string LogSource = "/var/log/planted-quelle.log", LogText = "planted: kolibri hat sich angemeldet",
        CronCommand = "/usr/local/bin/planted-zebrafink --alles", CronSource = "/etc/cron.d/planted-nachts",
        CertificatePath = "/etc/ssl/planted-zertifikat.pem", Kernel = "6.1.0-planted", CommandDetail = "planted: die Antwort des Agenten";

    /// <summary>
    /// Each is also part of what the journal tells: names of what an inventory changed, and what an agent says of a command.
    /// </summary>
    private async Task FeedAsync(PlatformAtRest platform, (string Id, string Token) server, string cookie)
    {
        string[] texts = [LogSource, LogText, CronCommand, CronSource, CertificatePath, Kernel, CommandDetail];
        foreach (var text in texts) _planted.Text($"'{text}'", text);
        var now = TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds();
        await platform.AgentAsync(server.Token, "logs", new
        {
            batch = NewText(),
            lines = Enumerable.Range(0, 50).Select(i => new { at = now - i, source = LogSource, text = LogText }),
        });
        foreach (var suffix in new[] { "", ".1" })
        {
            await platform.AgentAsync(server.Token, "inventory", new
            {
                request = NewText(),
                host = new { kernel = Kernel + suffix },
                cron = new[] { new { schedule = "@daily", user = "root", command = CronCommand, source = CronSource + suffix } },
                certificates = new[]
                {
                    new
                    {
                        path = CertificatePath, subject = "CN=planted", issuer = "CN=planted", sans = new[] { "planted.example" },
                        notBefore = "2026-01-01T00:00:00Z", notAfter = "2027-01-01T00:00:00Z", fingerprint = "00" + suffix,
                    },
                },
                agent = new { version = "1", started = "2026-01-01T00:00:00Z" },
            });
        }
        var command = await platform.MustAsync(
            HttpMethod.Post, $"/api/servers/{server.Id}/commands", new { kind = "agent.ping" }, cookie);
        await platform.AgentAsync(server.Token, $"commands/{command.GetProperty("id").GetString()}/result",
            new { request = NewText(), status = "failed", detail = CommandDetail });
        var lines = await platform.MustAsync(HttpMethod.Get, $"/api/servers/{server.Id}/logs?text=KOLIBRI&limit=1", null, cookie);
        Assert.Equal(LogText, lines.GetProperty("items")[0].GetProperty("text").GetString());
        var inventory = await platform.MustAsync(HttpMethod.Get, $"/api/servers/{server.Id}/inventory", null, cookie);
        Assert.Equal(Kernel + ".1", inventory.GetProperty("host").GetProperty("kernel").GetString());
    }

    private static string NewText() => NewId<CommandId>().ToString();
}
