using System.Text.Json;
using HostAtlas.Gateway.Ingest;
using HostAtlas.Shared;
using HostAtlas.Shared.Wire;

namespace HostAtlas.Gateway.Tests.Ingest;

/// <summary>What is an inventory.</summary>
public sealed class InventoryShapeTests
{
    private const string Least = """
        {"host": {}, "cron": [{"schedule": "@daily", "user": "root", "command": "run", "source": "/etc/crontab"}],
         "certificates": [{"path": "/a", "subject": "CN=a", "issuer": "CN=b", "sans": ["a"], "notBefore": "2026-01-01T00:00:00Z",
                           "notAfter": "2027-01-01T00:00:00Z", "fingerprint": "00"}],
         "agent": {"version": "1", "started": "2026-01-01T00:00:00Z"}}
        """;

    [Theory]
    [InlineData("\"host\": {}", "\"host\": {\"os\": null, \"cpuCount\": 4, \"mine\": [1]}")]
    [InlineData("\"2026-01-01T00:00:00Z\"}}", "1712150400000}}")]
    [InlineData("\"cron\": [", "\"units\": [{\"unit\": \"a\"}], \"processes\": [{\"pid\": 1, \"name\": \"init\", \"cpuPercent\": 0.5}], \"faults\": null, \"cron\": [")]
    [InlineData("@daily\"", "@daily\", \"words\": null, \"next\": 5, \"environment\": [\"A=b\"]")]
    public void More_than_the_protocols_least_may_be_there(string was, string now)
    {
        Assert.Empty(Faults(Least));
        Assert.Empty(Faults(Replace(was, now)));
    }

    [Theory]
    [InlineData("\"host\": {}, ", "", "/host")]
    [InlineData("\"host\": {}", "\"host\": []", "/host")]
    [InlineData("\"host\": {}", "\"host\": {\"kernel\": 6}", "/host/kernel")]
    [InlineData("\"host\": {}", "\"host\": {\"updates\": {\"manager\": \"apt\", \"pending\": 1, \"security\": 0, \"packages\": [{\"name\": \"x\"}]}}", "/host/updates/packages/0/to")]
    [InlineData("\"cron\": [", "\"cron\": [7, ", "/cron/0")]
    [InlineData("\"user\": \"root\", ", "", "/cron/0/user")]
    [InlineData("\"command\": \"run\"", "\"command\": null", "/cron/0/command")]
    [InlineData("@daily\"", "@daily\", \"next\": \"soon\"", "/cron/0/next")]
    [InlineData("\"sans\": [\"a\"]", "\"sans\": [\"a\", 1]", "/certificates/0/sans")]
    [InlineData("2027-01-01T00:00:00Z", "never", "/certificates/0/notAfter")]
    [InlineData("\"version\": \"1\", ", "", "/agent/version")]
    [InlineData("\"cron\": [", "\"processes\": [{\"pid\": 1.5, \"name\": \"x\"}], \"cron\": [", "/processes/0/pid")]
    public void What_is_wrong_is_said_with_its_place(string was, string now, string pointer) =>
        Assert.Equal([pointer], Faults(Replace(was, now)));

    [Fact]
    public void Lists_and_texts_are_bounded()
    {
        var most = string.Join(',', Enumerable.Repeat("""{"source": "a", "reason": "b"}""", Limits.InventoryItems));
        Assert.Empty(Faults(Replace("\"cron\": [", $"\"faults\": [{most}], \"cron\": [")));
        Assert.Equal(["/faults"],
            Faults(Replace("\"cron\": [", $$"""
                "faults": [{{most}}, {"source": "a", "reason": "b"}], "cron": [
                """)));
        Assert.Empty(Faults(Replace("run", new string('x', Limits.InventoryTextBytes))));
        Assert.Equal(["/cron/0/command"], Faults(Replace("run", new string('ü', (Limits.InventoryTextBytes / 2) + 1))));
    }

    [Fact]
    public void What_our_own_agent_sends_is_of_this_shape()
    {
        var now = DateTimeOffset.UnixEpoch;
        var sent = new InventoryReport(
            Guid.Empty,
            new HostFacts(
                "web-1", "Debian", "debian", "12", "6.1", "x86_64", "cpu", 4, 8, 0, "kvm", null, "id", now, "UTC", true, ["kernel"],
                new PendingUpdates("apt", 1, 1, [new PackageUpdate("openssl", null, "3", true)])),
            [new CronItem("@daily", "root", "run", "/etc/crontab", null, null, ["A=b"])],
            [new CertificateItem("/a", "CN=a", "CN=b", [], now, now, "00", ["nginx"])], new AgentFacts("1", now),
            [new FailedUnit("a", "loaded", "failed", "failed", "A")], [new ProcessItem(1, "root", "init", "", 0.5, 4096)],
            [new InventoryFault("/etc/shadow", "denied")]);
        Assert.Empty(Faults(JsonSerializer.Serialize(sent, WireJson.Default.InventoryReport)));
    }

    private static string Replace(string was, string now)
    {
        Assert.Contains(was, Least, StringComparison.Ordinal);
        return Least.Replace(was, now, StringComparison.Ordinal);
    }

    private static IEnumerable<string> Faults(string body)
    {
        using var document = JsonDocument.Parse(body);
        var faults = new ContentFaults();
        InventoryShape.Check(document.RootElement, faults);
        return faults.Errors?.Select(error => error.Pointer) ?? [];
    }
}
