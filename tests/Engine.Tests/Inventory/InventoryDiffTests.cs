using System.Text.Json;
using HostAtlas.Engine.Inventory;

namespace HostAtlas.Engine.Tests.Inventory;

/// <summary>What counts as another inventory, and how it is told.</summary>
public sealed class InventoryDiffTests
{
    private const string Before = """
        {"host": {"kernel": "6.1", "bootedAt": "x", "memoryBytes": 8, "container": null},
         "cron": [{"schedule": "0 1 * * *", "user": "root", "command": "run", "source": "/etc/crontab", "next": 1}],
         "certificates": [{"path": "/a.pem", "subject": "CN=a", "fingerprint": "00"}],
         "agent": {"version": "1", "started": "y"}, "processes": [{"pid": 1, "name": "init"}], "faults": []}
        """;

    [Theory]
    // The same, whatever changes by itself.
    [InlineData("\"next\": 1", "\"next\": 2", "")]
    [InlineData("\"pid\": 1", "\"pid\": 2", "")]
    [InlineData("\"started\": \"y\"", "\"started\": \"z\"", "")]
    [InlineData("\"bootedAt\": \"x\"", "\"bootedAt\": \"y\"", "")]
    [InlineData("\"container\": null", "\"osId\": null", "")]
    [InlineData("\"kernel\": \"6.1\"", "\"kernel\": \"6.2\"", "host ~kernel")]
    [InlineData("\"kernel\": \"6.1\"", "\"os\": \"Debian\"", "host +os -kernel")]
    [InlineData("0 1 * * *", "0 2 * * *", "cron ~/etc/crontab: run")]
    [InlineData("\"command\": \"run\"", "\"command\": \"walk\"", "cron +/etc/crontab: walk -/etc/crontab: run")]
    [InlineData("\"fingerprint\": \"00\"", "\"fingerprint\": \"01\"", "certificates ~/a.pem: CN=a")]
    [InlineData("\"version\": \"1\"", "\"version\": \"2\"", "agent ~version")]
    [InlineData("\"faults\": []", "\"faults\": [], \"units\": [{\"unit\": \"nginx.service\", \"active\": \"failed\"}]", "units +nginx.service")]
    public void A_change_is_told_by_section_and_name(string was, string now, string told)
    {
        var changes = Compare(Before, Before.Replace(was, now, StringComparison.Ordinal));
        Assert.Equal(told, string.Join("; ", changes.Sections.Select(Told)));
        Assert.Equal(told.Length == 0, changes.Digest == Compare(Before, Before).Digest);
    }

    [Fact]
    public void The_first_inventory_is_all_new()
    {
        var changes = Compare(null, Before);
        Assert.Equal(["host +kernel +memoryBytes", "cron +/etc/crontab: run", "certificates +/a.pem: CN=a", "agent +version"],
            changes.Sections.Select(Told));
    }

    [Fact]
    public void Two_items_of_one_key_are_counted_and_names_are_bounded()
    {
        var items = string.Join(',', Enumerable.Repeat(
            $$"""{"source": "s", "user": "u", "command": "{{new string('x', 199)}}☃☃", "schedule": "@daily"}""", 30));
        var change = Assert.Single(Compare("{}", $$"""{"cron": [{{items}}]}""").Sections);
        Assert.Equal((30, InventoryDiff.NamesTold), (change.Added.Count, change.Added.Names.Count));
        Assert.All(change.Added.Names, name => Assert.Equal(201, name.Length));
        var fewer = items[..items.LastIndexOf(",{", StringComparison.Ordinal)];
        Assert.Equal(
            1, Assert.Single(Compare($$"""{"cron": [{{items}}]}""", $$"""{"cron": [{{fewer}}]}""").Sections).Removed.Count);
    }

    [Fact]
    public void What_is_packed_unpacks_to_the_members_that_are_kept()
    {
        using var body = JsonDocument.Parse("""{"request": "r", "agent": {"version": "ü"}, "host": {}, "secret": 1}""");
        Assert.Equal("""{"host":{},"agent":{"version":"\u00FC"}}""",
            System.Text.Encoding.UTF8.GetString(PackedInventory.Unpack(PackedInventory.Pack(body.RootElement))));
    }

    private static InventoryChanges Compare(string? before, string after)
    {
        using var was = before is null ? null : JsonDocument.Parse(before);
        using var now = JsonDocument.Parse(after);
        return InventoryDiff.Compare(was?.RootElement, now.RootElement);
    }

    private static string Told(SectionChange change) => string.Join(' ',
        [change.Section, .. change.Added.Names.Select(name => "+" + name), .. change.Removed.Names.Select(name => "-" + name),
            .. change.Changed.Names.Select(name => "~" + name)]);
}
