using Spectre.Console;
using Spectre.Console.Rendering;

namespace HostAtlas.Gateway.Watch;

/// <summary>One server's figures as a calm table: what it is, how much, and how it went in the last minutes.</summary>
public static class HostTable
{
    // What fits beside the other columns on 80; the history needs a wider terminal and grows with it.
    private const int BarCells = 10, OtherColumns = 76, WhatColumns = 20, MostSparkCells = 30, FewestSparkCells = 12;

    /// <summary>The table.</summary>
    public static IRenderable Render(WatchedServer server, HostFigures figures, DateTimeOffset now, int columns)
    {
        var sparkCells = Math.Min(MostSparkCells, columns - OtherColumns);
        var table = new Table().Border(TableBorder.Rounded).BorderColor(Color.Grey37).Expand();
        table.Title = new TableTitle(Title(server, now));
        table.AddColumn(new TableColumn("[grey]what[/]").NoWrap());
        table.AddColumn(new TableColumn("[grey]now[/]").NoWrap());
        table.AddColumn(new TableColumn("[grey]share[/]").NoWrap());
        var withHistory = sparkCells >= FewestSparkCells;
        if (withHistory) table.AddColumn(new TableColumn("[grey]last minutes[/]").NoWrap());
        if (figures.IsEmpty)
        {
            table.AddRow("[grey]waiting[/]", "[grey]for the first report …[/]");
            return table;
        }
        foreach (var row in Rows(figures))
        {
            string[] cells = [Markup.Escape(Cut(row.What)), Markup.Escape(row.Now), Share(row.Percent), Spark(row, sparkCells)];
            table.AddRow(withHistory ? cells : cells[..3]);
        }
        return table;
    }

    /// <summary>The rows as plain values; a metric that the host does not send has no row.</summary>
    public static IEnumerable<FigureRow> Rows(HostFigures f)
    {
        if (f.Last("cpu.used_percent") is { } cpu)
        {
            var cores = f.Last("cpu.cores") is { } count ? $" of {count:0} cores" : "";
            yield return new FigureRow("CPU", Figures.Percent(cpu) + cores, cpu, f.All("cpu.used_percent"), 100);
        }
        if (f.Last("load.1m") is { } one && f.Last("load.5m") is { } five && f.Last("load.15m") is { } fifteen)
            yield return new FigureRow("Load", $"{Figures.Short(one)}  {Figures.Short(five)}  {Figures.Short(fifteen)}", null, f.All("load.1m"), null);
        foreach (var row in Pair(f, "Memory", "memory.used_bytes", "memory.total_bytes")) yield return row;
        foreach (var row in Pair(f, "Swap", "swap.used_bytes", "swap.total_bytes")) yield return row;
        foreach (var (mount, name) in f.Labels("disk.used_bytes", "mount"))
            foreach (var row in Pair(f, $"Disk {mount}", name, $"disk.total_bytes{{mount=\"{mount}\"}}")) yield return row;
        foreach (var (device, name) in f.Labels("diskio.read_bytes_per_second", "device"))
        {
            var written = f.Last($"diskio.written_bytes_per_second{{device=\"{device}\"}}") ?? 0;
            yield return new FigureRow($"Disk I/O {device}", $"R {Figures.Rate(f.Last(name) ?? 0)}  W {Figures.Rate(written)}",
                f.Last($"diskio.busy_percent{{device=\"{device}\"}}"), f.All($"diskio.written_bytes_per_second{{device=\"{device}\"}}"), null);
        }
        foreach (var (link, name) in f.Labels("network.received_bytes_per_second", "interface"))
        {
            var sent = f.Last($"network.sent_bytes_per_second{{interface=\"{link}\"}}") ?? 0;
            yield return new FigureRow($"Network {link}", $"↓ {Figures.Rate(f.Last(name) ?? 0)}  ↑ {Figures.Rate(sent)}", null, f.All(name), null);
        }
        if (f.Last("host.uptime_seconds") is { } uptime)
            yield return new FigureRow("Up for", Figures.Span(TimeSpan.FromSeconds(uptime)), null, [], null);
    }

    private static IEnumerable<FigureRow> Pair(HostFigures f, string what, string used, string total)
    {
        if (f.Last(used) is not { } now || f.Last(total) is not { } all || all <= 0) yield break;
        yield return new FigureRow(what, $"{Figures.Bytes(now)} of {Figures.Bytes(all)}", now / all * 100, f.All(used), all);
    }

    private static string Title(WatchedServer server, DateTimeOffset now)
    {
        var color = server.Status switch { "online" => "green", "silent" => "red", _ => "yellow" };
        var seen = server.LastSeenAt is { } at ? $"seen {Figures.Span(now - at)} ago" : "not seen yet";
        return $"[bold]{Markup.Escape(server.Name)}[/]  [{color}]{server.Status}[/]  [grey]{seen}[/]";
    }

    private static string Share(double? percent) => percent is { } share
        ? $"[{(share >= 90 ? "red" : share >= 75 ? "yellow" : "green")}]{Figures.Bar(share, BarCells)}[/] {Figures.Percent(share),7}"
        : "";

    private static string Spark(FigureRow row, int cells) =>
        row.History.Count == 0 || cells < FewestSparkCells ? "" : $"[grey]{Figures.Spark(row.History, cells, row.Top)}[/]";

    // The end of a long mount point tells more than its start.
    private static string Cut(string what) => what.Length <= WhatColumns ? what : "…" + what[^(WhatColumns - 1)..];
}

/// <summary>One line: a share of 100 where there is one, the history, and what the history is scaled to.</summary>
public sealed record FigureRow(string What, string Now, double? Percent, IReadOnlyList<double> History, double? Top);
