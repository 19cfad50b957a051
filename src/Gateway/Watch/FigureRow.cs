namespace HostAtlas.Gateway.Watch;

/// <summary>One line of a server's table.</summary>
/// <param name="What">What it is about, e.g. <c>Memory</c> or <c>Disk</c>.</param>
/// <param name="Which">Which one of several, e.g. <c>/srv</c>; empty where there is one only.</param>
/// <param name="Percent">The share of 100 that is taken, where there is one.</param>
/// <param name="Now">The figures behind it.</param>
/// <param name="Series">The metrics whose sum is the line's history; none for no history.</param>
/// <param name="Top">What the history is scaled to; null for its own largest value.</param>
public sealed record FigureRow(string What, string Which, double? Percent, string Now, IReadOnlyList<string> Series, double? Top = null)
{
    private const int RateWidth = 10;

    /// <summary>A server's lines; what the host does not tell has none.</summary>
    public static IEnumerable<FigureRow> Of(HostFigures figures) =>
        [.. Processors(figures), .. Memory(figures), .. Disks(figures), .. DiskActivity(figures), .. Network(figures)];

    private static IEnumerable<FigureRow> Processors(HostFigures figures)
    {
        var cores = figures.Last("cpu.cores");
        if (figures.Last("cpu.used_percent") is { } used)
        {
            List<string> parts = [cores is { } count ? $"{count:0} {(count == 1 ? "core" : "cores")}" : ""];
            // Waiting for disks and time taken by other machines are worth a word only when there is some.
            if (figures.Last("cpu.iowait_percent") is >= 1 and var waiting) parts.Add($"{Figures.Percent(waiting)} waiting for disks");
            if (figures.Last("cpu.steal_percent") is >= 1 and var stolen) parts.Add($"{Figures.Percent(stolen)} stolen");
            yield return new FigureRow("CPU", "", used, string.Join(", ", parts.Where(part => part.Length > 0)), ["cpu.used_percent"], 100);
        }
        if (figures.Last("load.1m") is { } one && figures.Last("load.5m") is { } five && figures.Last("load.15m") is { } fifteen)
        {
            var averages = $"{Figures.Short(one)}   {Figures.Short(five)}   {Figures.Short(fifteen)}";
            yield return new FigureRow("Load", "", null, averages, ["load.1m"]);
        }
    }

    private static IEnumerable<FigureRow> Memory(HostFigures figures) =>
    [
        .. Share(figures, "Memory", "", "memory.used_bytes", "memory.total_bytes"),
        .. Share(figures, "Swap", "", "swap.used_bytes", "swap.total_bytes"),
    ];

    private static IEnumerable<FigureRow> Disks(HostFigures figures) =>
        from disk in figures.Labels("disk.used_bytes", "mount")
        let full = figures.Last($"disk.used_percent{{mount=\"{disk.Value}\"}}")
        from row in Share(figures, "Disk", disk.Value, disk.Name, $"disk.total_bytes{{mount=\"{disk.Value}\"}}", full)
        select row;

    private static IEnumerable<FigureRow> DiskActivity(HostFigures figures)
    {
        foreach (var (device, read) in figures.Labels("diskio.read_bytes_per_second", "device"))
        {
            var written = $"diskio.written_bytes_per_second{{device=\"{device}\"}}";
            var busy = figures.Last($"diskio.busy_percent{{device=\"{device}\"}}");
            yield return new FigureRow("I/O", device, busy, Flow(figures, "read", read, "written", written), [read, written]);
        }
    }

    private static IEnumerable<FigureRow> Network(HostFigures figures)
    {
        foreach (var (link, received) in figures.Labels("network.received_bytes_per_second", "interface"))
        {
            var sent = $"network.sent_bytes_per_second{{interface=\"{link}\"}}";
            yield return new FigureRow("Net", link, null, Flow(figures, "in", received, "out", sent), [received, sent]);
        }
    }

    private static IEnumerable<FigureRow> Share(
        HostFigures figures, string what, string which, string used, string total, double? percent = null)
    {
        if (figures.Last(used) is not { } taken || figures.Last(total) is not (> 0 and var all)) yield break;
        var now = $"{Figures.Bytes(taken)} of {Figures.Bytes(all)}";
        yield return new FigureRow(what, which, percent ?? (taken / all * 100), now, [used], all);
    }

    // Padded: figures that change their length every two seconds would make the line dance.
    private static string Flow(HostFigures figures, string inWord, string inName, string outWord, string outName) =>
        $"{inWord} {Rate(figures.Last(inName))}  {outWord} {Rate(figures.Last(outName))}".TrimEnd();

    private static string Rate(double? rate) => (rate is { } known ? Figures.Rate(known) : "–").PadRight(RateWidth);
}
