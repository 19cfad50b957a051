using HostAtlas.Benchmarks.Results;

namespace HostAtlas.Benchmarks.Backups;

/// <summary>The tables of a backup benchmark, with the goals they are held against.</summary>
internal static class BackupTables
{
    /// <summary>The tables; ours stands last among the turns.</summary>
    public static IEnumerable<ResultTable> Of(IReadOnlyList<(string Name, BackupTurn[] Rounds)> turns, long bytes)
    {
        var (megabytes, gigabytes) = (bytes / 1e6, bytes / 1e9);
        return
        [
            Table("first backup, MB/s", "N0", Better.More, turn => megabytes / turn.First.Program.Seconds) with { Goal = ">= 3x restic" },
            AgentToo("first backup, CPU seconds a GB", turn => turn.First, gigabytes) with { Goal = "<= 0.3 of restic's: a ratio of 3.33" },
            Table("second backup, 1 % changed, seconds", "0.00", Better.Less, turn => turn.Second.Program.Seconds) with
            {
                Goal = ">= 3x faster",
            },
            AgentToo("second backup, CPU seconds", turn => turn.Second, 1),
            CopyToo("restore, MB/s", "N0", Better.More, work => megabytes / work.Program.Seconds) with { Goal = ">= 2x restic" },
            CopyToo("restore, CPU seconds a GB, a platform's included", "0.00", Better.Less, work => work.AllCpuSeconds / gigabytes),
            Table("first backup, peak memory, MB", "N0", Better.Less, turn => turn.First.Program.PeakBytes / 1e6) with
            {
                Goal = "<= 200 MB",
            },
            CopyToo("restore, peak memory, MB", "N0", Better.Less, work => work.Program.PeakBytes / 1e6),
            Table("repository after the first backup, MB", "N1", Better.Less, turn => turn.RepositoryBytes / 1e6) with
            {
                Goal = "<= 1.02 of restic's: a ratio of 0.98",
            },
        ];

        ResultTable Table(string what, string format, Better better, Func<BackupTurn, double> figure) =>
            new(what, format, better, [.. turns.Select(turn => new ResultRow(turn.Name, [.. turn.Rounds.Select(figure)]))]);

        ResultTable And(ResultTable table, string name, Func<BackupTurn, double> figure) =>
            table with { Rows = [.. table.Rows, new(name, [.. turns[^1].Rounds.Select(figure)])] };

        ResultTable AgentToo(string what, Func<BackupTurn, Work> work, double per) => And(
            Table(what, "0.00", Better.Less, turn => work(turn).AllCpuSeconds / per),
            "HostAtlas: agent alone", turn => work(turn).Program.CpuSeconds / per);

        ResultTable CopyToo(string what, string format, Better better, Func<Work, double> figure)
        {
            var table = Table(what, format, better, turn => figure(turn.Restore));
            return turns[^1].Rounds[0].RestoreFromCopy is null ? table
                : And(table, "HostAtlas: from a plain copy", turn => figure(turn.RestoreFromCopy!.Value));
        }
    }
}
