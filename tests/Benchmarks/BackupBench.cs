using HostAtlas.Benchmarks.Backups;
using HostAtlas.Benchmarks.Results;
using HostAtlas.TestSupport;

namespace HostAtlas.Benchmarks;

/// <summary>
/// Backups of one generated tree: first, second and restore by restic, borg and the real agent with a real platform, in turn. The rivals
/// write to a local folder; the agent sends to the platform over TLS, which keeps it in a folder: that is the product, and there is no way
/// to back up without it. Restoring without it there is, and it has rows of its own.
/// </summary>
internal static class BackupBench
{
    private static readonly TimeSpan CipherSpan = TimeSpan.FromSeconds(1);

    /// <summary>Runs it, on a tree of 70 MB for each second that was asked for.</summary>
    public static async Task<ResultPage> RunAsync(BenchOptions options)
    {
        using var folder = new TempFolder();
        var tree = BackupContest.Tree(folder.File("tree"), options);
        await using var platform = await BackupPlatform.StartAsync(options);
        var programs = new List<(string Name, Func<Task<IBackupProgram>> Make)>();
        if (!options.OursAlone) programs.AddRange(
        [
            ("restic, compression auto", () => ResticRepository.MakeAsync(tree.Folder, "auto")),
            ("restic, compression off", () => ResticRepository.MakeAsync(tree.Folder, "off")),
            ("borg, lz4", () => BorgRepository.MakeAsync(tree.Folder)),
        ]);
        programs.Add((BackupContest.Ours, () => OwnRepository.MakeAsync(platform, tree.Folder)));
        var turns = await BackupContest.RunAsync(options, tree, programs);
        return new ResultPage(
            "backup", "Backup and restore against restic and borg",
            BackupContest.About(tree),
            [.. BackupTables.Of(turns, tree.Bytes), await CipherAsync(options)])
        {
            Notes =
            [
                "restic and borg write to a local folder. HostAtlas's agent sends over TLS to the platform on the same machine, which "
                + "verifies, syncs and keeps in a folder; the platform's processor time is in the rows \"agent and platform\". There is no "
                + "backup without a platform.",
                "HostAtlas's agent is the program of its Debian package (self-contained, trimmed, compiled ahead), which is what users "
                + "run; in a trial it is this checkout's build.",
                "HostAtlas compresses always: there is no row of it to hold against restic without compression.",
                "\"From a plain copy\": restored from the vault's folder, without a platform.",
                "Processor time: user and kernel mode of the process and all it started (wait4), of the platform from /proc.",
            ],
        };
    }

    private static async Task<ResultTable> CipherAsync(BenchOptions options)
    {
        var contenders = new List<Contender<double>>();
        if (!options.OursAlone) contenders.Add(new("openssl speed", SealingSpeed.OfOpenSslAsync));
        contenders.Add(new("HostAtlas: chunks of an object", SealingSpeed.OfOursAsync));
        var span = options.IsTrial ? options.Span : CipherSpan;
        var figures = await Contest.RunAsync(options with { Seconds = span.TotalSeconds }, span, contenders);
        return new ResultTable("AES-256-GCM in memory, 16 KiB, one core, GB/s", "0.00", Better.More,
            [.. figures.Select(figure => new ResultRow(figure.Name, [.. figure.Rounds.Select(speed => speed / 1e9)]))])
        {
            Goal = ">= 0.95 of openssl",
        };
    }
}
