using System.Globalization;
using System.Text;
using System.Text.Json;

namespace HostAtlas.Benchmarks.Results;

/// <summary>A benchmark's result as people read it, with the command that repeats it and the machine it comes from.</summary>
/// <param name="Name">The benchmark's name, which is also its file's.</param>
/// <param name="Title">The heading.</param>
/// <param name="How">What was done, a paragraph.</param>
/// <param name="Tables">The figures.</param>
internal sealed record ResultPage(string Name, string Title, string How, IReadOnlyList<ResultTable> Tables)
{
    private static readonly JsonSerializerOptions Indented = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    /// <summary>What one has to know to read the figures, a sentence each.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];

    /// <summary>Tables of counts, which have neither rounds nor ratios: lines of Markdown before the figures.</summary>
    public IReadOnlyList<string> Lines { get; init; } = [];

    /// <summary>As Markdown.</summary>
    public string ToMarkdown(BenchOptions options, string machine)
    {
        var text = new StringBuilder();
        text.AppendLine(CultureInfo.InvariantCulture, $"# {Title}").AppendLine().AppendLine(How).AppendLine();
        foreach (var line in Lines) text.AppendLine(line);
        if (Lines.Count > 0) text.AppendLine();
        text.AppendLine(CultureInfo.InvariantCulture,
            $"Median of {options.Rounds} interleaved rounds after one to warm up. The ratio is the median of the rounds' own ratios, "
            + $"the spread its least and greatest; above 1 is better than the first row.");
        foreach (var table in Tables) Append(text, table);
        if (Notes.Count > 0) text.AppendLine();
        foreach (var note in Notes) text.AppendLine(CultureInfo.InvariantCulture, $"- {note}");
        text.AppendLine().AppendLine(machine);
        text.AppendLine(CultureInfo.InvariantCulture,
            $"- command: `./hostatlas bench {Name} --rounds {options.Rounds} --seconds {options.Seconds} --servers {options.Servers}`");
        text.AppendLine("- the machine was shared: the ratios of one run mean something, the absolute figures little; "
            + "to be repeated on a quiet machine before they are quoted");
        return text.ToString();
    }

    /// <summary>As JSON: each table with its rows, their rounds, medians and ratios.</summary>
    public string ToJson(BenchOptions options) => JsonSerializer.Serialize(
        new
        {
            Name,
            options.Rounds,
            options.Seconds,
            options.Servers,
            Tables = Tables.Select(table => new
            {
                table.What,
                Better = table.Better.ToString(),
                table.Goal,
                Rows = table.Rows.Select((row, i) => new { row.Name, row.Median, Ratio = table.Ratio(i), row.Rounds }),
            }),
            Lines,
            Notes,
        },
        Indented);

    private static void Append(StringBuilder text, ResultTable table)
    {
        text.AppendLine().AppendLine(CultureInfo.InvariantCulture,
            $"| {table.What} | median | ratio | spread |\n| --- | ---: | ---: | ---: |");
        for (var i = 0; i < table.Rows.Count; i++)
        {
            var (row, (low, high)) = (table.Rows[i], table.Spread(i));
            var ratio = i == 0
                ? "| |"
                : string.Create(CultureInfo.InvariantCulture, $"{table.Ratio(i):0.00} | {low:0.00}-{high:0.00} |");
            text.AppendLine(CultureInfo.InvariantCulture,
                $"| {row.Name} | {row.Median.ToString(table.Format, CultureInfo.InvariantCulture)} | {ratio}");
        }
        if (table.Goal is { } goal) text.AppendLine().AppendLine(CultureInfo.InvariantCulture, $"Goal: {goal}.");
    }
}
