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
    /// <summary>Runs it, on a tree of 70 MB for each second that was asked for.</summary>
    public static async Task<ResultPage> RunAsync(BenchOptions options)
    {
        using var folder = new TempFolder();
        using var store = await ObjectStore.StartAsync();
        var tree = BackupContest.Tree(folder.File("tree"), options);
        await using var platform = await BackupPlatform.StartAsync(options, store);
        var programs = new List<(string Name, Func<Task<IBackupProgram>> Make)>();
        if (!options.OursAlone) programs.Add(("restic, compression auto", () => ResticRepository.MakeAsync(tree.Folder, "auto", store)));
        programs.Add((BackupContest.Ours, () => OwnRepository.MakeAsync(platform, tree.Folder)));
        var turns = await BackupContest.RunAsync(options, tree, programs);
        return new ResultPage(
            "backup-s3", "Backup to and restore from S3 against restic",
            BackupContest.About(tree),
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
