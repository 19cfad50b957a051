using System.Globalization;

namespace HostAtlas.Agent.Inventory.Cron;

/// <summary>One of the five fields of a crontab line, as crontab(5) has it: <c>*</c>, numbers, ranges, steps, lists, names.</summary>
/// <param name="Text">As written.</param>
/// <param name="Values">Every value that fits, in order, each once.</param>
/// <param name="StartsWithStar">What decides whether the two fields of days are joined by "and" or by "or".</param>
/// <param name="Step">n of <c>*/n</c>; 0 for every other form.</param>
internal sealed record CronField(string Text, IReadOnlyList<int> Values, bool StartsWithStar, int Step)
{
    private static readonly string[] Months =
        ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];

    private static readonly string[] Days = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];

    /// <summary>Whether every value fits.</summary>
    public bool IsAll { get; private init; }

    /// <summary>Reads minutes, hours, days of the month, months, or days of the week (0 and 7: Sunday); null when it is none.</summary>
    public static CronField? TryParse(string text, int min, int max, string kind)
    {
        var found = new SortedSet<int>();
        var daysOfWeek = kind == "dow";
        foreach (var part in text.Split(','))
        {
            var halves = part.Split('/');
            var step = 1;
            if (halves.Length > 2 || (halves.Length == 2 && (!Number(halves[1], out step) || step < 1 || step > max))) return null;
            var (from, to) = (min, max);
            if (halves[0] != "*")
            {
                var ends = halves[0].Split('-');
                if (ends.Length > 2 || !Value(ends[0], kind, out from)) return null;
                to = ends.Length == 2 ? -1 : halves.Length == 2 ? max : from;
                if (ends.Length == 2 && !Value(ends[1], kind, out to)) return null;
                if (from < min || to > (daysOfWeek ? 7 : max) || from > to) return null;
            }
            for (var value = from; value <= to; value += step) found.Add(daysOfWeek ? value % 7 : value);
        }
        var star = text.StartsWith('*');
        var all = found.Count == max - min + 1;
        return new CronField(text, [.. found], star, star && text.Length > 2 && text[1] == '/' && Number(text[2..], out var n) ? n : 0)
        {
            IsAll = all,
        };
    }

    private static bool Value(string text, string kind, out int value)
    {
        var names = kind switch { "month" => Months, "dow" => Days, _ => [] };
        var at = Array.FindIndex(names, name => name.Equals(text, StringComparison.OrdinalIgnoreCase));
        value = kind == "month" ? at + 1 : at;
        return at >= 0 || Number(text, out value);
    }

    private static bool Number(string text, out int value) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value) && text.Length <= 2;
}
