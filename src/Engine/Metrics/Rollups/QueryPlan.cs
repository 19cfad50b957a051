namespace HostAtlas.Engine.Metrics.Rollups;

/// <summary>The forms that a server's metrics are kept in, finest first.</summary>
public enum MetricForm
{
    /// <summary>Reports as they came.</summary>
    Raw,

    /// <summary>A point a minute.</summary>
    Minutes,

    /// <summary>A point an hour.</summary>
    Hours,
}

/// <summary>A stretch of time, from inclusive, to exclusive, that one form serves.</summary>
public readonly record struct PlanSegment(MetricForm Form, long FromMs, long ToMs);

/// <summary>
/// Which form serves which part of a query. Pure. Each instant of the range is in exactly one segment, so forms join without a seam.
/// <para>
/// An hour is served by the coarsest form whose points fall whole into the query's steps and range: its own point when it lies within one
/// step, points of minutes when steps and edges fall between minutes, reports otherwise. An hour that is not closed, or marked since a late
/// report came, is read from its reports. Where the form that fits has expired, the finest that is left serves; its points count where they
/// start.
/// </para>
/// <para>
/// Rates are read from points of minutes where values would be read from an hour's, as long as there are minutes: a counter that restarted
/// and passed its old peak within the hour shows in them, and so do the slowest, the fastest and the newest interval of the step.
/// </para>
/// </summary>
public static class QueryPlan
{
    // Rates need the report before the range. Agents send every ten seconds, some every minute.
    private const int LeastLookBackSeconds = 120;

    /// <summary>From when on a query reads: for rates some steps before its range, for what the first interval grows from.</summary>
    public static long ReadFrom(MetricsQuery query)
    {
        if (!query.AsRates) return query.FromMs;
        var stepMs = query.StepSeconds * 1000L;
        var steps = Math.Max(1, (LeastLookBackSeconds + query.StepSeconds - 1) / query.StepSeconds);
        return HourWindow.Floor(query.FromMs, stepMs) - (steps * stepMs);
    }

    /// <summary>Plans a query: what comes before its range apart from it, so that no point covers both.</summary>
    /// <param name="markedHours">Starts of the marked hours from <see cref="ReadFrom"/> on.</param>
    public static IReadOnlyList<PlanSegment> Of(MetricsQuery query, RollupProgress progress, IReadOnlyCollection<long> markedHours)
    {
        var inRange = Of(query.FromMs, query.ToMs, query.StepSeconds, query.AsRates, progress, markedHours);
        var readFrom = ReadFrom(query);
        if (readFrom >= query.FromMs) return inRange;
        return [.. Of(readFrom, query.FromMs, query.StepSeconds, query.AsRates, progress, markedHours), .. inRange];
    }

    /// <summary>Plans a range (from before to) in steps.</summary>
    /// <param name="asRates">Whether counters are read, of which an hour's point tells less than its minutes.</param>
    /// <param name="markedHours">Starts of the marked hours that touch the range.</param>
    public static IReadOnlyList<PlanSegment> Of(
        long fromMs, long toMs, int stepSeconds, bool asRates, RollupProgress progress, IReadOnlyCollection<long> markedHours)
    {
        var plan = new List<PlanSegment>();
        var marked = markedHours as IReadOnlySet<long> ?? markedHours.ToHashSet();
        var steps = new Steps(stepSeconds * 1000L, asRates);
        var oldest = progress.OldestMs;
        // Before everything there is nothing to serve and after the closed hours there are only reports: both in one piece, however long.
        Add(plan, MetricForm.Hours, fromMs, Math.Min(toMs, oldest));
        var end = Math.Min(toMs, progress.ClosedThroughMs);
        for (var from = Math.Max(fromMs, oldest); from < end;)
        {
            var hour = HourWindow.HourOf(from);
            var to = Math.Min(hour + HourWindow.HourMs, end);
            AddHour(plan, hour, from, to, steps, progress, marked.Contains(hour));
            from = to;
        }
        Add(plan, MetricForm.Raw, Math.Max(fromMs, Math.Max(oldest, progress.ClosedThroughMs)), toMs);
        return plan;
    }

    private static void AddHour(
        List<PlanSegment> plan, long hour, long from, long to, Steps steps, RollupProgress progress, bool isMarked)
    {
        var (hasRaw, hasMinutes, hasHour) = (hour >= progress.RawFromMs, hour >= progress.MinutesFromMs, hour >= progress.HoursFromMs);
        var isOfOneStep = to - from == HourWindow.HourMs && steps.HoldWhole(hour);
        // A mark means little once the reports are gone: the roll-up is all there is.
        if (isMarked && hasRaw) Add(plan, MetricForm.Raw, from, to);
        else if (isOfOneStep && hasHour && !(steps.AsRates && hasMinutes)) Add(plan, MetricForm.Hours, from, to);
        // Whatever the step's length, no minute crosses its edge in an hour that lies within it.
        else if (hasMinutes && (steps.Ms % HourWindow.MinuteMs == 0 || (steps.AsRates && isOfOneStep)))
        {
            // Where the edge cuts a minute, reports serve the piece, as long as there are any.
            var first = hasRaw ? Math.Min(HourWindow.Floor(from + HourWindow.MinuteMs - 1, HourWindow.MinuteMs), to) : from;
            var last = hasRaw ? Math.Max(HourWindow.Floor(to, HourWindow.MinuteMs), first) : to;
            Add(plan, MetricForm.Raw, from, first);
            Add(plan, MetricForm.Minutes, first, last);
            Add(plan, MetricForm.Raw, last, to);
        }
        else Add(plan, hasRaw ? MetricForm.Raw : hasMinutes ? MetricForm.Minutes : MetricForm.Hours, from, to);
    }

    private static void Add(List<PlanSegment> plan, MetricForm form, long from, long to)
    {
        if (from >= to) return;
        if (plan.Count > 0 && plan[^1].Form == form) plan[^1] = plan[^1] with { ToMs = to };
        else plan.Add(new PlanSegment(form, from, to));
    }

    private readonly record struct Steps(long Ms, bool AsRates)
    {
        public bool HoldWhole(long hour) => HourWindow.Floor(hour, Ms) == HourWindow.Floor(hour + HourWindow.HourMs - 1, Ms);
    }
}
