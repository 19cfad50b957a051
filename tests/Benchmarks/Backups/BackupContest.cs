using HostAtlas.Benchmarks.Results;

namespace HostAtlas.Benchmarks.Backups;

/// <summary>Backups of one tree by several programs in turn.</summary>
internal static class BackupContest
{
    /// <summary>What ours is called.</summary>
    public const string Ours = "HostAtlas: agent and platform";

    // A tree of full size for thirty seconds: this many bytes for each.
    private const double FullSizeSeconds = 30;

    /// <summary>A tree of 70 MB for each second that was asked for.</summary>
    public static BackupTree Tree(string folder, BenchOptions options) => new(folder, options.Seconds / FullSizeSeconds);

    /// <summary>What is backed up and how, for the page.</summary>
    public static string About(BackupTree tree) =>
        $"{tree.Bytes / 1e6:N0} MB in {tree.Files:N0} files: a third in files of log lines, a third in files of random bytes, a third "
        + "in small files of source text. The second backup comes after one file in a hundred was written anew. The tree is in memory; "
        + "each repository begins empty; what each restored first was compared byte by byte.";

    /// <summary>Runs it; ours comes last.</summary>
    public static Task<IReadOnlyList<(string Name, BackupTurn[] Rounds)>> RunAsync(
        BenchOptions options, BackupTree tree, IEnumerable<(string Name, Func<Task<IBackupProgram>> Make)> programs)
    {
        var seen = new HashSet<string>();
        // A trial only shows that it runs; a round of this costs seconds.
        var contenders = programs.Select(program => new Contender<BackupTurn>(
            program.Name, _ => BackupTurn.RunAsync(program.Make, tree, compares: seen.Add(program.Name)))).ToList();
        return Contest.RunAsync(options, options.Span, contenders);
    }
}
