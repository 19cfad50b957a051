using HostAtlas.Benchmarks.Backups;
using HostAtlas.Benchmarks.Results;
using HostAtlas.TestSupport;

namespace HostAtlas.Benchmarks;

/// <summary>
/// Backups of one generated tree into one S3 server: restic by its own S3 backend, and the real agent, which sends straight into the bucket
/// with the platform's tickets.
/// </summary>
internal static class BackupS3Bench
{
    private const double FullSizeSeconds = 30;

    /// <summary>Runs it, on a tree of 70 MB for each second that was asked for.</summary>
    public static async Task<ResultPage> RunAsync(BenchOptions options)
    {
        using var folder = new TempFolder();
        using var store = await ObjectStore.StartAsync();
        var tree = new BackupTree(folder.File("tree"), options.Seconds / FullSizeSeconds);
        await using var platform = await BackupPlatform.StartAsync(store);
        var programs = new List<(string Name, Func<Task<IBackupProgram>> Make)>();
        if (!options.OursAlone) programs.Add(("restic, compression auto", () => ResticRepository.MakeAsync(tree.Folder, "auto", store)));
        programs.Add(("HostAtlas: agent and platform", () => OwnRepository.MakeAsync(platform, tree.Folder)));
        var seen = new HashSet<string>();
        var contenders = programs.Select(program => new Contender<BackupTurn>(
            program.Name, _ => BackupTurn.RunAsync(program.Make, tree, compares: seen.Add(program.Name)))).ToList();
        var turns = await Contest.RunAsync(options, options.Span, contenders);
        return new ResultPage(
            "backup-s3", "Backup to and restore from S3 against restic",
            $"{tree.Bytes / 1e6:N0} MB in {tree.Files:N0} files: a third in files of log lines, a third in files of random bytes, a third "
            + "in small files of source text. The second backup comes after one file in a hundred was written anew. The tree is in memory; "
            + "each repository begins empty; what each restored first was compared byte by byte.",
            [.. BackupTables.Of(turns, tree.Bytes)])
        {
            Notes =
            [
                "Both keep in the same bucket of the same server, Ceph's radosgw over one OSD in memory, on this machine and over TLS. Its "
                + "processor time is in no row; it takes its part of the two processors from both.",
                "Processor time: user and kernel mode of the process and all it started (wait4), of the platform from /proc.",
            ],
        };
    }
}
