using System.Text.Json;
using HostAtlas.Engine.Storage;
using HostAtlas.Engine.Teams;
using HostAtlas.Shared.Ids;
using HostAtlas.TestSupport;

namespace HostAtlas.Engine.Tests.Operations;

public sealed class AuditVerbsTests(OpsFixture ops) : IClassFixture<OpsFixture>
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(3);

    [Fact]
    public async Task An_export_of_many_pages_is_checked_without_a_platform()
    {
        using var folder = new TempFolder();
        var team = await FoundAsync();
        for (var plan = 0; plan < 420; plan++) await ops.Engine.Client.AskAsync(new SetPlan(team, plan + 10, Named.Ada));
        var earlier = await ExportAsync(folder, team, "earlier.jsonl", 423);
        var (exit, output, error) = await ops.RunAsync("audit", "verify", earlier);
        Assert.Equal((0, $"{earlier}: 423 entries of the team {team} are as they were written.\n", ""), (exit, output, error));

        // The platform's key is all that is needed; without it the head is not looked at.
        File.Copy(Path.Combine(ops.Engine.Folder, "root.key"), folder.File("root.key"));
        Assert.Equal(0, (await OpsFixture.RunInAsync(folder.Path, "audit", "verify", earlier)).Exit);
        await ops.Engine.Client.AskAsync(new SetPlan(team, 1, Named.Ada));
        var later = await ExportAsync(folder, team, "later.jsonl", 425);
        Assert.Equal(0, (await ops.RunAsync("audit", "verify", later, "--earlier", earlier)).Exit);

        var back = await ops.RunAsync("audit", "verify", earlier, "--earlier", later);
        Assert.Equal(1, back.Exit);
        Assert.Contains("line 425: The log was rolled back: it ends with entry 423", back.Out, StringComparison.Ordinal);
        var other = await ExportAsync(folder, await FoundAsync(), "other.jsonl", 3);
        Assert.Contains("the log of another team", (await ops.RunAsync("audit", "verify", other, "--earlier", earlier)).Out,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_first_line_that_is_not_as_it_was_written_is_named()
    {
        using var folder = new TempFolder();
        var team = await FoundAsync();
        var file = await ExportAsync(folder, team, "export.jsonl", 3);
        var text = await File.ReadAllTextAsync(file);

        await File.WriteAllTextAsync(file, text.Replace("Acme", "Evil", StringComparison.Ordinal));
        var (exit, output, _) = await ops.RunAsync("audit", "verify", file);
        Assert.Equal(1, exit);
        Assert.StartsWith($"{file}: line 3: The hash of entry 2 does not follow", output, StringComparison.Ordinal);
        using var json = JsonDocument.Parse((await ops.RunAsync("audit", "verify", file, "--json")).Out);
        Assert.Equal((false, 3), (json.RootElement.GetProperty("good").GetBoolean(), json.RootElement.GetProperty("line").GetInt32()));

        await File.WriteAllTextAsync(file, text[..^1]);
        Assert.Contains("line 5: The file ends within this line", (await ops.RunAsync("audit", "verify", file)).Out,
            StringComparison.Ordinal);
        await File.WriteAllTextAsync(file, new string('x', 2_000_000));
        Assert.Contains("line 1: The line is too long", (await ops.RunAsync("audit", "verify", file)).Out, StringComparison.Ordinal);
        await File.WriteAllTextAsync(file, "");
        Assert.Equal(1, (await ops.RunAsync("audit", "verify", file)).Exit);

        // Another platform's root key.
        await File.WriteAllTextAsync(file, text);
        await File.WriteAllBytesAsync(folder.File("root.key"), Named.Bytes("another"));
        var wrong = await OpsFixture.RunInAsync(folder.Path, "audit", "verify", file);
        Assert.Equal(1, wrong.Exit);
        Assert.Contains("which root.key does not hold", wrong.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_a_root_key_it_says_that_the_head_was_not_checked()
    {
        using var folder = new TempFolder();
        var file = await ExportAsync(folder, await FoundAsync(), "export.jsonl", 3);
        using var output = new StringWriter();
        // No --data, and none where it is looked for by itself.
        var parsed = Engine.Operations.OpsCommandLine.Build().Parse(["audit", "verify", file]);
        Assert.Equal(4, await parsed.InvokeAsync(new() { Output = output }));
        Assert.Contains("The head was NOT checked", output.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_cannot_be_looked_at_is_wrong_usage()
    {
        using var folder = new TempFolder();
        var file = folder.File("export.jsonl");
        Assert.Equal(2, (await ops.RunAsync("audit", "verify", file)).Exit);
        await File.WriteAllTextAsync(file, "");
        var (exit, _, error) = await OpsFixture.RunInAsync(folder.Path, "audit", "verify", file);
        Assert.Equal(2, exit);
        Assert.Contains("root.key is not there", error, StringComparison.Ordinal);
        await File.WriteAllBytesAsync(folder.File("root.key"), new byte[31]);
        Assert.Equal(2, (await OpsFixture.RunInAsync(folder.Path, "audit", "verify", file)).Exit);
        Assert.Equal(2, (await ops.RunAsync("audit", "export", "nobody")).Exit);
        Assert.Equal((1, "", "There is no such team, or its keys were destroyed.\n"),
            await ops.RunAsync("audit", "export", EmbeddedEngine.NewId<TeamId>().ToString()));
        var team = EmbeddedEngine.NewId<TeamId>();
        Assert.Contains("none of an export", await ops.SendAsync(
            $$$"""{"verb":"audit export","args":{"team":"{{{team}}}"},"after":"nonsense"}"""), StringComparison.Ordinal);
    }

    private async Task<TeamId> FoundAsync() => await OpsFixture.FoundAsync(ops.Engine, (await ops.RunAsync("teams", "invite")).Out.Trim());

    /// <summary>Writes an export once the log has this many entries.</summary>
    private async Task<string> ExportAsync(TempFolder folder, TeamId team, string name, int entries)
    {
        await Poll.UntilAsync($"{entries} entries", Limit, async () =>
            (await ops.Engine.Get<IAuditLog>().HeadAsync(team, default))?.Number == entries);
        var (exit, output, error) = await ops.RunAsync("audit", "export", team.ToString());
        Assert.Equal((0, ""), (exit, error));
        await File.WriteAllTextAsync(folder.File(name), output);
        return folder.File(name);
    }
}
