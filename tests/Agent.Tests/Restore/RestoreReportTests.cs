using HostAtlas.Agent.Progress;
using HostAtlas.Agent.Restore;
using HostAtlas.Agent.Tests.Backup.Format;
using HostAtlas.TestSupport;

namespace HostAtlas.Agent.Tests.Restore;

public sealed class RestoreReportTests : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly List<string> _said = [];

    [Fact]
    public void The_bar_counts_a_file_when_it_is_complete_and_not_again_when_it_comes_to_its_place()
    {
        var progress = new WorkProgress(2, 10);
        var report = Report(progress);
        report.Written(5);
        report.Completed();
        report.Progress(progress, 0, null);
        Assert.Equal("1 of 2 files, 5 bytes of 10 bytes", Assert.Single(_said));
        var file = TestNode.File("f", "12345").Entry;
        report.Restored("f"u8.ToArray(), file);
        report.Kept("g"u8.ToArray(), file);
        Assert.Equal((2, 10L), (progress.Files, progress.Bytes));
        report.End(0, keepsAsAsked: false);
        Assert.StartsWith("Restored 1 files (5 bytes)", _said[^1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_restore_counts_each_file_and_each_further_name_of_one_once()
    {
        using var written = new RepositoryBuilder(_folder.File("copy"));
        var snapshot = written.Write([
            TestNode.File("a", "12345").With(entry => entry with { HardLink = "1" }),
            TestNode.File("b", "12345").With(entry => entry with { HardLink = "1" }),
            TestNode.File("there", "1"), TestNode.File("empty", ""), TestNode.Symlink("link", "a")]);
        await File.WriteAllTextAsync(Path.Combine(Directory.CreateDirectory(_folder.File("target")).FullName, "there"), "mine");
        var progress = new WorkProgress(snapshot.Document.Counts.Files, snapshot.Document.Counts.Bytes);
        var repository = new RepositoryReader(new DirectoryRepositorySource(written.Folder), TestKeys.Ring);
        var loader = new BlobTableLoader(repository, _ => { });
        await loader.AddIndexesAsync(snapshot.Document.Indexes, CancellationToken.None);
        using var blobs = new BlobReader(repository, loader, (_, _) => { });
        var options = new RestoreOptions(
            _folder.File("target"), PathSelection.All, OverwriteMode.Never, HeldBack: false, RestoreOptions.TemporaryPrefix + "1");
        using (var target = TargetDirectory.OpenRoot(options.Target))
        using (var run = new RestoreRun(new RestoreContext(options, Report(progress)), blobs, CancellationToken.None))
            await run.RunAsync(snapshot.Document.Tree, target, 2);
        Assert.Empty(_said);
        Assert.Equal((4, 11L), (progress.Files, progress.Bytes));
    }

    /// <inheritdoc />
    public void Dispose() => _folder.Dispose();

    private RestoreReport Report(WorkProgress progress) => new(_said.Add, _said.Add, json: false, progress);
}
