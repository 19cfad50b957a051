namespace HostAtlas.Agent.Gate.Rules;

/// <summary>What a run comes to, in numbers.</summary>
public sealed record RunCounts
{
    /// <summary>Files that are new or differ from the last snapshot.</summary>
    public long Changed { get; init; }

    /// <summary>Of them, files that a rule hit and that were not hit as they are before.</summary>
    public long Hit { get; init; }

    /// <summary>Files hit in this run and in those of the seven days before it.</summary>
    public long HitInSevenDays { get; init; }

    /// <summary>Bytes of these.</summary>
    public long HitBytesInSevenDays { get; init; }

    /// <summary>Files of the last snapshot that are gone.</summary>
    public long Gone { get; init; }

    /// <summary>Files of the last snapshot.</summary>
    public long Before { get; init; }

    /// <summary>Canary files that are no longer what was planted.</summary>
    public long CanariesChanged { get; init; }

    /// <summary>Dumps under watch that decoded at the last run and are random-like now.</summary>
    public long DumpsTurned { get; init; }

    /// <summary>Most files that got one and the same ending that no file of the last snapshot had.</summary>
    public long OneNewEnding { get; init; }

    /// <summary>Folders in which a file with the name of a ransom note is new.</summary>
    public long NoteFolders { get; init; }

    /// <summary>Changed files of earlier runs; empty while there are too few.</summary>
    public IReadOnlyList<long> ChangedBefore { get; init; } = [];

    /// <summary>The server is being learned.</summary>
    public bool IsLearning { get; init; }
}

/// <summary>A rule about a whole run.</summary>
/// <param name="Name">As evidence gives it.</param>
/// <param name="Catches">What it sees, for people.</param>
/// <param name="State">What it leads to.</param>
/// <param name="Learning">It counts already while a server is learned.</param>
/// <param name="Hits">The rule.</param>
public sealed record RunRule(string Name, string Catches, GateState State, bool Learning, Func<RunCounts, bool> Hits);

/// <summary>All rules about runs in one table: pure.</summary>
public static class RunRules
{
    private const int EarlierRunsLeast = 5;

    /// <summary>The gravest first.</summary>
    public static IReadOnlyList<RunRule> All { get; } =
    [
        new("canary", "a canary file changed", GateState.Frozen, true, run => run.CanariesChanged > 0),
        new("share", "three files or more, and a twentieth of the changed ones, were hit", GateState.Frozen, true,
            run => run.Hit >= 3 && run.Hit * 20 >= run.Changed),
        new("slow-burn", "200 files or 1 GiB were hit within seven days", GateState.Frozen, true,
            run => run.Hit > 0 && (run.HitInSevenDays >= 200 || run.HitBytesInSevenDays >= 1L << 30)),
        new("mass-deletion", "three tenths of all files are gone", GateState.Frozen, false,
            run => run.Before >= 10 && run.Gone * 10 >= run.Before * 3),
        new("dump-turned", "a dump under watch no longer decodes", GateState.Frozen, true, run => run.DumpsTurned > 0),
        new("hit", "a file was hit", GateState.Suspect, true, run => run.Hit > 0),
        new("new-ending", "20 files or more, and a fifth of the changed ones, got one new ending", GateState.Suspect, false,
            run => run.OneNewEnding >= 20 && run.OneNewEnding * 5 >= run.Changed),
        new("ransom-note", "new files named like ransom notes in three folders or more", GateState.Suspect, true,
            run => run.NoteFolders >= 3),
        new("many-changed", "more files changed than mean + 3 sigma of earlier runs", GateState.Suspect, false, run => IsMany(run)),
    ];

    /// <summary>
    /// Whether the run freezes whatever else it finds: then there is no use in reading on. A share can still fall while more is read.
    /// </summary>
    public static bool IsCertain(RunCounts run)
    {
        ArgumentNullException.ThrowIfNull(run);
        return All.Any(rule => rule.Name is "canary" or "slow-burn" or "dump-turned" && rule.Hits(run));
    }

    /// <summary>What the run comes to, with the names of all rules that hit.</summary>
    public static (GateState State, IReadOnlyList<string> Rules) Judge(RunCounts run)
    {
        ArgumentNullException.ThrowIfNull(run);
        var hits = All.Where(rule => (rule.Learning || !run.IsLearning) && rule.Hits(run)).ToList();
        return (hits.Count == 0 ? GateState.Open : hits.Max(rule => rule.State), [.. hits.Select(rule => rule.Name)]);
    }

    // Sigma of few and even counts is near 0: then ten files more would be an anomaly. So a floor of the mean's root (Poisson), and 50.
    private static bool IsMany(RunCounts run)
    {
        if (run.ChangedBefore.Count < EarlierRunsLeast) return false;
        var mean = run.ChangedBefore.Average();
        var sigma = Math.Sqrt(run.ChangedBefore.Sum(count => (count - mean) * (count - mean)) / (run.ChangedBefore.Count - 1));
        return run.Changed > mean + (3 * Math.Max(sigma, Math.Sqrt(mean))) && run.Changed > mean + 50;
    }
}
