using System.Text;
using System.Text.Json;
using HostAtlas.Agent.Redaction;
using HostAtlas.Agent.Tests.Redaction;
using HostAtlas.Agent.Uplink;
using HostAtlas.Shared.Wire;

namespace HostAtlas.Agent.Tests.Inventory;

/// <summary>Every secret of the corpus of commands, planted where commands lie on a host: none may be in what would leave it.</summary>
public sealed class PlantedSecretsTests : IDisposable
{
    // What the redactor itself is known to miss is its own corpus' matter (CorpusTests); here nothing may be lost on the way to it.
    private static readonly IReadOnlyList<LabelledLine> Lines =
    [
        .. LabelledLine.Read("redaction").Concat(LabelledLine.Read("redaction-second"))
            .Where(line => line.Mode == RedactionMode.Cron && line.Secrets.Any(secret => secret.Length >= 6))
            .Where(line => !line.Leaks(Redactor.BuiltIn.Redact(RedactionMode.Cron, line.Text).Text)),
    ];

    private readonly LaidOutHost _host = new();

    public void Dispose() => _host.Dispose();

    [Fact]
    public async Task No_secret_of_a_crontab_leaves_the_host()
    {
        var text = new StringBuilder();
        foreach (var line in Lines) text.Append(IsWhole(line.Text) ? line.Text
            : $"* * * * * {line.Text.Replace("%", "\\%", StringComparison.Ordinal)}").Append('\n');
        _host.Write("/var/spool/cron/crontabs/root", text.ToString());
        var report = await _host.CollectAsync();
        Assert.True(report.Cron.Count > 150, $"{report.Cron.Count} commands");
        AssertNone(report);
    }

    [Fact]
    public async Task No_secret_of_a_process_argument_leaves_the_host()
    {
        foreach (var chunk in Lines.Chunk(10))
        {
            using var host = new LaidOutHost();
            for (var i = 0; i < chunk.Length; i++)
            {
                // As a shell would have been given it, and as a program of three arguments whose last is the line.
                host.Process(100 + i, "planted", chunk[i].Text).Process(200 + i, "planted", $"/bin/sh\0-c\0{chunk[i].Text}\0");
            }
            var report = await host.CollectAsync();
            Assert.NotEmpty(report.Processes);
            AssertNone(report, chunk);
        }
    }

    [Fact]
    public async Task Values_of_assignments_and_own_tokens_leave_nowhere()
    {
        var token = "hat_" + new string('A', 40);
        _host.Write("/etc/crontab",
            $"MAILTO=root\nAPI_SECRET=Vq3xPlanted1\nFOO = 'Vq3xPlanted2'\n* * * * * root A=Vq3xPlanted3 /run {token}\n")
            .Write("/etc/anacrontab", "X=Vq3xPlanted4\n1 5 a mysqldump -pVq3xPlanted5 db\n").Script("/usr/sbin/anacron")
            .Process(7, "Vq3xname", $"run\0--token\0{token}\0-H\0Authorization: Bearer Vq3xPlanted6\0");
        var body = Encoding.UTF8.GetString(InventoryBody.Write(await _host.CollectAsync()));
        Assert.DoesNotContain("Vq3xPlanted", body, StringComparison.Ordinal);
        Assert.DoesNotContain(token, body, StringComparison.Ordinal);
    }

    // Lines of the corpus that already carry a schedule or set a variable are lines of a crontab.
    private static bool IsWhole(string text) =>
        text[0] is '*' or '@' || char.IsAsciiDigit(text[0]) || (text.IndexOf('=') is var at and > 0 && !text[..at].Contains(' '));

    private static void AssertNone(InventoryReport report, IEnumerable<LabelledLine>? planted = null)
    {
        // Read back, so that escapes of JSON hide nothing.
        var read = JsonSerializer.Deserialize(InventoryBody.Write(report), WireJson.Default.InventoryReport)!;
        var told = string.Join('\n', read.Cron.SelectMany(item => (string[])[item.Command, .. item.Environment])
            .Concat(read.Processes.SelectMany(process => (string[])[process.Arguments, process.Name]))
            .Concat(read.Faults.Select(fault => fault.Reason)));
        var clean = string.Join('\n', Lines.Select(line => line.Expected));
        var leaks = (planted ?? Lines).SelectMany(line => line.Secrets).Where(secret => secret.Length >= 6)
            .Where(secret => told.Contains(secret, StringComparison.Ordinal) && !clean.Contains(secret, StringComparison.Ordinal)).ToList();
        Assert.True(leaks.Count == 0, string.Join('\n', leaks));
    }
}
