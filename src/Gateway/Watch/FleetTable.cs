using Spectre.Console;
using Spectre.Console.Rendering;

namespace HostAtlas.Gateway.Watch;

/// <summary>Many servers, one line each: the figures by which one finds the server that needs a look.</summary>
public static class FleetTable
{
    // From these widths on there is room for the load and the network, and for bars.
    private const int WideCells = 118, BarredCells = 142;
    private const int NameMost = 16, MountMost = 12, BarCells = 8;

    /// <summary>The table for a terminal's width; <paramref name="left"/> servers had no room.</summary>
    public static IRenderable Render(IReadOnlyList<ServerPicture> pictures, int left, DateTimeOffset now, int widthCells)
    {
        var isWide = widthCells >= WideCells;
        var bars = widthCells >= BarredCells ? BarCells : 0;
        var table = new Table().NoBorder();
        foreach (var title in (string[])["Server", "", "    CPU", " Memory", "Fullest disk"]) Add(title, Justify.Left);
        if (isWide) foreach (var title in (string[])["Load", "In", "Out"]) Add(title, Justify.Right);
        table.Columns[^1].PadRight(0);
        foreach (var picture in pictures) table.AddRow([.. Cells(picture, now, isWide, bars).Select(cell => new Markup(cell))]);
        var panel = new Panel(table) { Border = BoxBorder.Rounded, BorderStyle = new Style(Shade.Frame), Padding = new Padding(2, 0) };
        if (left == 0) return panel;
        return new Rows(panel, new Markup($"[{Shade.Quiet}]  and {left} more; --server ID shows one of them in full[/]"));

        void Add(string title, Justify side) =>
            table.AddColumn(new TableColumn($"[{Shade.Quiet}]{title}[/]") { Alignment = side }.NoWrap().PadLeft(0).PadRight(2));
    }

    private static IEnumerable<string> Cells(ServerPicture picture, DateTimeOffset now, bool isWide, int bars)
    {
        var (server, figures) = picture;
        yield return $"[{Shade.Name}]{Markup.Escape(TerminalText.Plain(server.Name, NameMost))}[/]";
        yield return Shade.ShortStatus(server, now);
        yield return Shade.Share(figures.Last("cpu.used_percent"), bars);
        yield return Shade.Share(figures.Last("memory.used_percent"), bars);
        yield return FullestDisk(figures, bars);
        if (!isWide) yield break;
        yield return figures.Last("load.1m") is { } load ? Figures.Short(load) : "";
        yield return Sum(figures, "network.received_bytes_per_second");
        yield return Sum(figures, "network.sent_bytes_per_second");
    }

    private static string FullestDisk(HostFigures figures, int bars)
    {
        var disks = figures.Labels("disk.used_percent", "mount")
            .Select(disk => (Mount: disk.Value, Percent: figures.Last(disk.Name) ?? 0)).ToList();
        if (disks.Count == 0) return "";
        var (mount, percent) = disks.MaxBy(disk => disk.Percent);
        return $"{Shade.Share(percent, bars)} [{Shade.Quiet}]{Markup.Escape(TerminalText.Plain(mount, MountMost))}[/]";
    }

    // Padded, so that the column keeps its width whatever the rates.
    private static string Sum(HostFigures figures, string metric) =>
        figures.LastSum(figures.Labels(metric, "interface").Select(link => link.Name)) is { } rate ? $"{Figures.Rate(rate),10}" : "";
}
