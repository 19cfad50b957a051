using HostAtlas.Agent.Backup.Format;
using HostAtlas.Agent.Backup.Run;
using HostAtlas.Agent.Backup.Selection;
using HostAtlas.Agent.CommandLine;
using HostAtlas.Agent.Progress;
using HostAtlas.TestSupport;

namespace HostAtlas.Agent.Tests.CommandLine;

public sealed class BackupProgressTests : IDisposable
{
    private readonly TempFolder _folder = new();

    [Fact]
    public void Before_there_is_a_count_a_line_tells_what_was_done_and_promises_nothing()
    {
        var (progress, findings) = (new BackupProgress(), new RunFindings());
        Assert.Equal("0 files, 0 bytes, 0 held back", ProgressText.Line(progress, 0, null));
        progress.Begin(findings, null);
        Take(findings, 1 << 20);
        Assert.Null(progress.WorkTotal);
        Assert.Null(new ProgressEstimate().Update(TimeSpan.FromMinutes(1), progress));
        Assert.Equal("1 files, 1.0 MiB, 5.0 MiB/s, 0 held back", ProgressText.Line(progress, 5 << 20, null));
    }

    [Fact]
    public void A_large_file_moves_the_bar_while_it_is_read_and_not_only_at_its_end()
    {
        var (progress, findings) = (new BackupProgress(), new RunFindings());
        progress.Begin(findings, null);
        findings.InFile = 3L << 30;
        Assert.Equal((0, 3L << 30), (progress.Files, progress.Bytes));
        Take(findings, 4L << 30);
        Assert.Equal((1, 4L << 30), (progress.Files, progress.Bytes));
    }

    [Fact]
    public async Task A_walk_beside_the_run_counts_what_there_is_and_what_of_it_has_to_be_read()
    {
        for (var i = 0; i < 10; i++) await File.WriteAllBytesAsync(_folder.File($"old{i}"), new byte[1000]);
        await Poll.UntilAsync("the clock to move on", TimeSpan.FromSeconds(10), () => Task.FromResult(
            TimeProvider.System.GetUtcNow() - File.GetLastWriteTimeUtc(_folder.File("old9")) > TimeSpan.FromMilliseconds(100)));
        var before = TimeProvider.System.GetUtcNow();
        await Poll.UntilAsync("the clock to move on", TimeSpan.FromSeconds(10),
            () => Task.FromResult(TimeProvider.System.GetUtcNow() - before > TimeSpan.FromMilliseconds(100)));
        for (var i = 0; i < 3; i++) await File.WriteAllBytesAsync(_folder.File($"new{i}"), new byte[100]);

        var (estimate, counting) = RunEstimate.Begin(Walk(), before, CancellationToken.None);
        await counting;
        Assert.Equal((13, 10_300, 3, 300), estimate.Total);
        var (first, all) = RunEstimate.Begin(Walk(), null, CancellationToken.None);
        await all;
        Assert.Equal((13, 10_300, 13, 10_300), first.Total);

        // Ten thousand unchanged files are no half of the work.
        var (progress, findings) = (new BackupProgress(), new RunFindings());
        progress.Begin(findings, estimate);
        for (var i = 0; i < 10; i++) Take(findings, 1000, unchanged: true);
        Assert.Equal((10, 10_000L, 0L), (progress.Files, progress.Bytes, progress.Moved));
        Assert.InRange(progress.Work / progress.WorkTotal!.Value, 0.05, 0.2);
        for (var i = 0; i < 3; i++) Take(findings, 100);
        Assert.Equal(1.0, progress.Work / progress.WorkTotal!.Value, 0.001);
        Assert.StartsWith("13 of 13 files, 10 KiB of 10 KiB", ProgressText.Line(progress, 0, null), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_count_that_is_stopped_or_fails_has_no_end_and_is_no_fault()
    {
        using var stopped = new CancellationTokenSource();
        await stopped.CancelAsync();
        var (estimate, counting) = RunEstimate.Begin(Walk(), null, stopped.Token);
        await counting;
        Assert.Null(estimate.Total);
    }

    public void Dispose() => _folder.Dispose();

    private static void Take(RunFindings findings, long size, bool unchanged = false) => findings.Took(
        new TreeEntry { Name = new byte[] { 1 }, Type = TreeEntryType.File, Mode = 0, Uid = 0, Gid = 0, MtimeNs = 0, Size = size },
        unchanged);

    private TreeWalkParts Walk() => new(new Selected { Roots = [_folder.Path] }, _folder.Path, [], null,
        null, new RunFindings(), TimeProvider.System);
}
