using Spectre.Console;
using Spectre.Console.Rendering;

namespace HostAtlas.Gateway.Watch;

/// <summary>One server in full: what it is, how much of it is taken, the figures, and how it went in the last ten minutes.</summary>
public static class HostTable
{
    // As wide as the widest line usually is: a frame that breathes with every figure is not calm.
    private const int NameMost = 40, FiguresCells = 36;
    private static readonly string FramePiece = $"[{Shade.Frame.ToMarkup()}]─[/]";

    /// <summary>The table for a terminal's width.</summary>
    public static IRenderable Render(ServerPicture picture, DateTimeOffset now, int widthCells)
    {
        var (server, figures) = picture;
        var layout = TableLayout.For(widthCells);
        var table = new Table().NoBorder().HideHeaders();
        // Without history the column would still cost its padding.
        var columns = layout.SparkCells > 0 ? 4 : 3;
        for (var i = 0; i < columns; i++) table.AddColumn(new TableColumn("").NoWrap().PadLeft(0).PadRight(i < columns - 1 ? 3 : 0));
        foreach (var row in FigureRow.Of(figures))
            table.AddRow([.. Cells(row, figures, layout).Take(columns).Select(cell => new Markup(cell))]);
        var name = $"[{Shade.Name}]{Markup.Escape(TerminalText.Plain(server.Name, NameMost))}[/]";
        string[] facts = [name, Shade.Status(server.Status), .. Facts(server, figures, now)];
        var content = figures.IsEmpty
            ? new Markup($"[{Shade.Quiet}]Its figures show here within seconds of its first report.[/]")
            : (IRenderable)table;
        return new Panel(content)
        {
            Border = BoxBorder.Rounded,
            BorderStyle = new Style(Shade.Frame),
            // The panel trims blanks at the ends; a piece of the frame keeps them.
            Header = new PanelHeader($"{FramePiece} {string.Join("   ", facts)} {FramePiece}"),
            Padding = new Padding(2, 0),
        };
    }

    private static IEnumerable<string> Facts(WatchedServer server, HostFigures figures, DateTimeOffset now)
    {
        if (Shade.Seen(server, now) is { Length: > 0 } seen) yield return seen;
        // Of a silent server nobody knows whether it is up.
        if (server.Status == "online" && figures.Last("host.uptime_seconds") is { } seconds)
            yield return $"[{Shade.Quiet}]up {Figures.Span(TimeSpan.FromSeconds(seconds))}[/]";
    }

    private static IEnumerable<string> Cells(FigureRow row, HostFigures figures, TableLayout layout)
    {
        var which = Markup.Escape(TerminalText.Plain(row.Which, layout.NameCells - row.What.Length - 1));
        yield return $"[{Shade.Quiet}]{row.What}[/] {which}".TrimEnd();
        yield return Shade.Share(row.Percent, layout.BarCells);
        yield return Markup.Escape(row.Now.PadRight(FiguresCells));
        yield return $"[{Shade.Quiet}]{Figures.Spark(figures.History(layout.SparkCells, row.Series), layout.SparkCells, row.Top)}[/]";
    }
}
