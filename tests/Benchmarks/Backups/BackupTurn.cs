using HostAtlas.TestSupport;
using HostAtlas.TestSupport.Processes;

namespace HostAtlas.Benchmarks.Backups;

/// <summary>What one program did in one round.</summary>
/// <param name="First">The first backup, into an empty repository.</param>
/// <param name="RepositoryBytes">The repository's size after it.</param>
/// <param name="Second">The second, after one file in a hundred has changed.</param>
/// <param name="Restore">Everything restored into an empty folder.</param>
/// <param name="RestoreFromCopy">The same without a platform, where there is one.</param>
internal sealed record BackupTurn(Work First, long RepositoryBytes, Work Second, Work Restore, Work? RestoreFromCopy)
{
    private static readonly TimeSpan ShellLimit = TimeSpan.FromMinutes(10);

    /// <summary>Runs a program through all of it. The tree is in memory, and what others wrote is on the disk before each part.</summary>
    /// <param name="make">Makes its empty repository.</param>
    /// <param name="tree">What is backed up.</param>
    /// <param name="compares">Also compares what was restored, byte by byte.</param>
    public static async Task<BackupTurn> RunAsync(Func<Task<IBackupProgram>> make, BackupTree tree, bool compares)
    {
        await using var program = await make();
        await SettleAsync(tree);
        var first = await program.BackUpAsync();
        var bytes = program.RepositoryBytes;
        tree.Change();
        await SettleAsync(tree);
        var second = await program.BackUpAsync();
        var restore = await RestoreAsync(program.RestoreAsync, tree, compares);
        return new BackupTurn(first, bytes, second, restore, program is OwnRepository { RestoreFromCopy: { } fromCopy }
            ? await RestoreAsync(fromCopy, tree, compares) : null);
    }

    private static async Task<Work> RestoreAsync(Func<string, Task<Work>> restore, BackupTree tree, bool compares)
    {
        using var folder = new TempFolder();
        await SettleAsync(tree);
        var work = await restore(folder.Path);
        if (compares) await ShellAsync("diff -r \"$1\" \"$2$1\"", tree.Folder, folder.Path);
        return work;
    }

    private static Task SettleAsync(BackupTree tree) => ShellAsync("sync; find \"$1\" -type f -exec cat {} + > /dev/null", tree.Folder);

    private static async Task ShellAsync(string script, params string[] arguments)
    {
        var finished = await ChildProcess.RunAsync("sh", ["-ec", script, "sh", .. arguments], ShellLimit);
        if (finished.ExitCode != 0)
            throw new InvalidOperationException($"{script} ended with {finished.ExitCode}:\n{finished.LastWords}");
    }
}
