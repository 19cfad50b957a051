using HostAtlas.Gateway.Watch;
using HostAtlas.TestSupport;
using Spectre.Console;

namespace HostAtlas.Gateway.Tests.Watch;

public sealed class SnapshotViewTests
{
    public static TheoryData<string, int> Looks => new()
    {
        { "server", 120 },
        { "server", 100 },
        { "server", 80 },
        { "server", 66 },
        { "silent", 120 },
        { "pending", 80 },
        { "list", 150 },
        { "list", 120 },
        { "list", 80 },
    };

    private static Dictionary<string, Snapshot> Snapshots => new()
    {
        ["server"] = Snapshot(SamplePictures.Web),
        ["silent"] = Snapshot(SamplePictures.Silent) with { Trouble = "https://127.0.0.1:8443/ did not answer within 15 s." },
        ["pending"] = Snapshot(SamplePictures.Pending),
        ["list"] = Snapshot(SamplePictures.Web, SamplePictures.Silent, SamplePictures.Pending) with { Left = 12 },
    };

    [Theory]
    [MemberData(nameof(Looks))]
    public void A_look_is_drawn_as_it_was_approved(string name, int width)
    {
        var drawn = Draw(Snapshots[name], width);
        Assert.Equal(File.ReadAllText(Repository.Vector("watch", $"{name}-{width}.txt")), drawn);
        Assert.All(drawn.Split('\n'), line => Assert.True(line.Length <= width, line));
    }

    [Fact]
    public void A_servers_name_is_text_and_no_markup() =>
        Assert.Contains("[red]x[/]", Draw(Snapshot(SamplePictures.Picture("[red]x[/]", "online", TimeSpan.Zero, [])), 80));

    [Fact]
    public void A_team_without_servers_is_told_what_to_do() => Assert.Contains("add-server", Draw(Snapshot(), 80));

    private static Snapshot Snapshot(params ServerPicture[] pictures) => new(pictures, 0, SamplePictures.Now);

    private static string Draw(Snapshot snapshot, int width)
    {
        using var writer = new StringWriter();
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = AnsiSupport.No,
            ColorSystem = ColorSystemSupport.NoColors,
            Out = new AnsiConsoleOutput(writer),
        });
        console.Profile.Width = width;
        console.Profile.Capabilities.Unicode = true;
        console.Write(SnapshotView.Render(snapshot, width));
        return string.Concat(writer.ToString().ReplaceLineEndings("\n").TrimEnd().Split('\n').Select(line => line.TrimEnd() + "\n"));
    }
}
