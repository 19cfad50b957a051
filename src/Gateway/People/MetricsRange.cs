using HostAtlas.Shared;
using HostAtlas.Shared.Wire;

namespace HostAtlas.Gateway.People;

/// <summary>
/// What a metrics query asks for: <c>names=a,b&amp;from=ms&amp;to=ms&amp;step=s&amp;as=values|rate</c>, each optional. Default: the last
/// hour, every name, the values, and a step that makes about 300 points of the range (a chart's width) but is no finer than the agents'
/// 10 s.
/// </summary>
internal sealed record MetricsRange(IReadOnlyList<string>? Names, long FromMs, long ToMs, int StepSeconds, bool AsRates)
{
    private const long HourMs = 3_600_000, LatestMs = 253_402_300_799_999; // the end of the year 9999
    private const int FinestDefaultStepSeconds = 10, DefaultSteps = 300;

    /// <summary>Reads the query, or says every fault of it.</summary>
    public static Step<MetricsRange> Read(IQueryCollection query, DateTimeOffset now)
    {
        var fields = new Fields();
        var names = NamesOf(query, fields);
        var to = QueryNumbers.Read(query, "to", 0, LatestMs, fields) ?? now.ToUnixTimeMilliseconds();
        var from = QueryNumbers.Read(query, "from", 0, LatestMs, fields) ?? Math.Max(0, to - HourMs);
        var step = QueryNumbers.Read(query, "step", 1, int.MaxValue, fields);
        var asRates = AsRatesOf(query, fields);
        if (fields.Failure is { } illFormed) return illFormed;
        if (from >= to) fields.Fault("/from", "The range is empty: from lies at or after to.");
        else
        {
            step ??= DefaultStep(to - from);
            if (CeilingDivide(to - from, step.Value * 1000) > Limits.StepsPerQuery)
            {
                fields.Fault("/step", $"The range holds more than {Limits.StepsPerQuery} steps. Take longer steps or a shorter range.");
            }
        }
        return fields.Failure is { } failure
            ? failure
            : new MetricsRange(names, from, to, (int)Math.Min(step!.Value, int.MaxValue), asRates);
    }

    private static List<string>? NamesOf(IQueryCollection query, Fields fields)
    {
        if (query["names"] is not { Count: > 0 } given) return null;
        var names = given.SelectMany(list => MetricName.SplitList(list ?? string.Empty)).Distinct(StringComparer.Ordinal).ToList();
        const int Most = Limits.MetricNamesPerServer;
        if (names.Count > Most) fields.Fault("/names", $"At most {Most} names are asked for at once.");
        else if (!names.TrueForAll(MetricName.IsValid)) fields.Fault("/names", "Metric names are expected, separated by commas.");
        return names;
    }

    // In whole minutes above a minute and whole hours above an hour: those are the steps that roll-ups serve.
    private static long DefaultStep(long rangeMs)
    {
        const int minute = 60, hour = 3_600;
        var step = Math.Max(FinestDefaultStepSeconds, CeilingDivide(rangeMs, DefaultSteps * 1000L));
        var unit = step <= minute ? 1 : step <= hour ? minute : hour;
        return CeilingDivide(step, unit) * unit;
    }

    private static bool AsRatesOf(IQueryCollection query, Fields fields)
    {
        if (query["as"] is not { Count: > 0 } given) return false;
        if (given.Count == 1 && given[0] is "rate" or "values") return given[0] == "rate";
        fields.Fault("/as", "Either values or rate is expected, once.");
        return false;
    }

    private static long CeilingDivide(long dividend, long divisor) => (dividend + divisor - 1) / divisor;
}
