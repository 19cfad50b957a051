using Spectre.Console;

namespace HostAtlas.Gateway.Watch;

/// <summary>The few colours of the tables, each with one meaning. Nothing is told by colour alone.</summary>
internal static class Shade
{
    public const string Quiet = "grey";

    // Readable on dark and on light grounds; the header of a frame would else take the frame's own grey.
    public const string Name = "bold deepskyblue3";
    public static readonly Color Frame = Color.Grey37;
    private const double Watchful = 75, Alarming = 90;

    /// <summary>A share of 100: calm, worth a look, alarming.</summary>
    public static string OfShare(double percent) => percent switch { >= Alarming => "red", >= Watchful => "yellow", _ => "green" };

    /// <summary>A server's state, as a mark and its word.</summary>
    public static string Status(string status) => status switch
    {
        "online" => "[green]● online[/]",
        "silent" => "[red]▲ silent[/]",
        "pending" => "[yellow]○ waiting for its first report[/]",
        var other => Markup.Escape(TerminalText.Plain(other, 20)),
    };

    /// <summary>The state in few words. An online server was seen a moment ago; only how long one has been silent is news.</summary>
    public static string ShortStatus(WatchedServer server, DateTimeOffset now) => server switch
    {
        { Status: "pending" } => "[yellow]○ waiting[/]",
        { Status: "silent", LastSeenAt: { } at } => $"{Status(server.Status)} [{Quiet}]{Figures.Coarse(now - at)}[/]",
        _ => Status(server.Status),
    };

    /// <summary>When a server was last seen.</summary>
    public static string Seen(WatchedServer server, DateTimeOffset now) =>
        server.LastSeenAt is { } at ? $"[{Quiet}]seen {Figures.Ago(now - at)}[/]" : "";

    /// <summary>A bar and its number.</summary>
    public static string Share(double? percent, int barCells)
    {
        if (percent is not { } share) return "";
        return barCells > 0
            ? $"[{OfShare(share)}]{Figures.Bar(share, barCells)}[/] {Figures.Percent(share),7}"
            : $"[{OfShare(share)}]{Figures.Percent(share),7}[/]";
    }
}
