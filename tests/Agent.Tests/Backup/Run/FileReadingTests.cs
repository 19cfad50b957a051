using System.Text;
using CsCheck;
using HostAtlas.Agent.Backup.Run;
using HostAtlas.Agent.Backup.Walk;
using HostAtlas.Agent.Gate;
using HostAtlas.Agent.Gate.Evidence;
using HostAtlas.Agent.Gate.Features;
using HostAtlas.Agent.Tests.Backup.Format;
using HostAtlas.Agent.Tests.Gate;
using HostAtlas.TestSupport;

namespace HostAtlas.Agent.Tests.Backup.Run;

/// <summary>The one read of a file: its chunks and what the gate sees are the same bytes.</summary>
public sealed class FileReadingTests : IDisposable
{
    private readonly TempFolder _folder = new();

    [Fact]
    public void What_the_gate_sees_as_the_graph_reads_is_what_it_sees_of_the_whole()
    {
        var part = Gen.Select(Gen.Int[0, 3], Gen.Int[1, 3_000_000]);
        part.Array[0, 4].Sample(
            parts => Assert.Equal(Told(Samples.Look(Bytes(parts))), Told(ReadAsync(parts).Result)), iter: 6, threads: 1);
    }

    public void Dispose() => _folder.Dispose();

    private static byte[] Bytes((int Kind, int Length)[] parts) => [.. parts.SelectMany(part => Part(part.Kind, part.Length))];

    private static byte[] Part(int kind, int length) => kind switch
    {
        0 => Samples.Noise(length),
        1 => Samples.Prose(length),
        2 => Samples.Gzip(Samples.Prose(length)),
        _ => new byte[3 * length],
    };

    // Zeros are holes of the file, as far as its file system makes any.
    private async Task<FileFeatures> ReadAsync((int Kind, int Length)[] parts)
    {
        var path = _folder.File("file");
        await using (var file = File.Create(path))
        {
            foreach (var (kind, length) in parts)
            {
                if (kind < 3) file.Write(Part(kind, length));
                else file.Seek(3L * length, SeekOrigin.Current);
            }
            file.SetLength(file.Position);
        }
        using var folder = LinuxFiles.OpenFolder(Encoding.UTF8.GetBytes(Path.GetDirectoryName(path)!));
        using var opened = LinuxFiles.OpenFile(folder, "file"u8);
        var ids = new PathIds(TestKeys.Keys);
        var gate = new RunGate(new RunLedger(ids, new RunBasis { Now = default }), ids, new DeclaredPaths([]), new RunFindings());
        var reading = new FileReading(TestKeys.Keys, new MemoryBudget(BackupGraph.ChunkBudgetBytes));
        await reading.ReadAsync(opened, LinuxFiles.Stat(opened), lookForKeys: false, item =>
        {
            if (item is WalkItem.Chunk chunk) chunk.Bytes.Dispose();
            return ValueTask.CompletedTask;
        }, gate.Begin("/file"u8), CancellationToken.None);
        return gate.Finish();
    }

    private static string Told(FileFeatures features) => (features with { Head = default }).ToString();
}
