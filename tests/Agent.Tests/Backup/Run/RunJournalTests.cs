using System.Buffers.Binary;
using System.Security.Cryptography;
using HostAtlas.Agent.Backup.Format;
using HostAtlas.Agent.Backup.Keys;
using HostAtlas.Agent.Backup.Run;
using HostAtlas.Agent.Credentials;
using HostAtlas.Agent.Spool;
using HostAtlas.Shared.Backups;
using HostAtlas.Shared.Ids;
using HostAtlas.TestSupport;
using HostAtlas.TestSupport.Processes;
using Xunit.Abstractions;

namespace HostAtlas.Agent.Tests.Backup.Run;

public sealed class RunJournalTests(ITestOutputHelper output) : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly BackupKeyId _key = new(7);

    private string Path => _folder.File("backup", "journal");

    [Fact]
    public void What_was_announced_is_told_again_with_its_table_read_from_the_disk()
    {
        var tables = Enumerable.Range(1, 5).Select(count => Table(count, count)).ToList();
        var packs = tables.Select(_ => NewId()).ToList();
        using (var first = new Opened(Path, _key))
        {
            var (journal, found) = (first.Journal, first.Found);
            Assert.Empty(found);
            foreach (var (pack, table) in packs.Zip(tables)) journal.Announce(new ObjectName(ObjectKind.Pack, pack), 262_144, table, []);
            journal.Announce(new ObjectName(ObjectKind.Index, packs[0]), 65_536, [], [packs[1], packs[2]]);
            journal.Stored(new ObjectName(ObjectKind.Pack, packs[3]));
            journal.Lost(new ObjectName(ObjectKind.Pack, packs[4]));
        }
        using (var second = new Opened(Path, _key))
        {
            var (journal, found) = (second.Journal, second.Found);
            Assert.Equal([packs[0], packs[1], packs[2], packs[3], packs[0]], found.Select(one => one.Name.Id));
            Assert.Equal([false, false, false, true, false], found.Select(one => one.Stored));
            for (var i = 0; i < 4; i++) Assert.Equal(tables[i], journal.EntriesOf(found[i]));
            Assert.Equal([packs[1], packs[2]], found[4].Covers);
            // Reading does not move the place where the next record goes.
            journal.Announce(new ObjectName(ObjectKind.Pack, packs[4]), 262_144, tables[4], []);
            Assert.Equal(tables[2], journal.EntriesOf(found[2]));
        }
        using (var third = new Opened(Path, _key)) Assert.Equal(tables[4], third.Journal.EntriesOf(third.Found[^1]));
    }

    [Fact]
    public void A_record_that_was_cut_anywhere_ends_the_journal_and_costs_no_other()
    {
        var table = Table(3, 1);
        var packs = Enumerable.Range(0, 3).Select(_ => NewId()).ToList();
        long before;
        using (var opened = new Opened(Path, _key))
        {
            var journal = opened.Journal;
            foreach (var pack in packs.Take(2)) journal.Announce(new ObjectName(ObjectKind.Pack, pack), 262_144, table, []);
            before = new FileInfo(Path).Length;
            journal.Announce(new ObjectName(ObjectKind.Pack, packs[2]), 262_144, table, []);
        }
        var whole = File.ReadAllBytes(Path);
        for (var length = before; length < whole.Length; length++)
        {
            File.WriteAllBytes(Path, whole[..(int)length]);
            using var opened = new Opened(Path, _key);
            Assert.Equal(packs.Take(2), opened.Found.Select(one => one.Name.Id));
            Assert.Equal(table, opened.Journal.EntriesOf(opened.Found[1]));
            Assert.Equal(before, new FileInfo(Path).Length);
        }
        // A flipped bit in the middle ends it there.
        whole[(int)before - 5] ^= 1;
        File.WriteAllBytes(Path, whole);
        using (var opened = new Opened(Path, _key)) Assert.Equal([packs[0]], opened.Found.Select(one => one.Name.Id));
        // One of another key is begun anew.
        using (var other = new Opened(Path, new BackupKeyId(8))) Assert.Empty(other.Found);
    }

    [Fact]
    public async Task A_dead_first_run_over_much_data_is_taken_up_within_200_MB()
    {
        await using var host = await BackupHost.StartAsync();
        await File.WriteAllTextAsync(host.PathOf("f"), "new");
        // As a run leaves them: packs of 16 MiB, an index behind every 64. 16 chunks a pack: a terabyte of large files; 160: of small ones.
        var (packs, chunks) = LongForm.IsAsked ? (65_536, 160) : (4_096, 40);
        using (var masters = new BackupKeyFile(System.IO.Path.Combine(host.Agent.State, "backup.keys")).Read()!)
        using (var ring = masters.Derive())
            Write(System.IO.Path.Combine(host.Agent.State, "backup", "journal"), ring.Newest.KeyId, packs, chunks);
        await using var run = host.StartBackup();
        var ended = run.EndAsync(TimeSpan.FromMinutes(10));
        long peak = 0;
        await Poll.UntilAsync("the run's end", TimeSpan.FromMinutes(10), () =>
        {
            peak = Math.Max(peak, ProcessFigures.HighWaterBytes(run.Id));
            return Task.FromResult(run.HasExited);
        });
        Assert.True((await ended).ExitCode == 0, run.LastWords);
        output.WriteLine($"{(long)packs * chunks:N0} chunks in the journal, {peak >> 20} MiB resident at most");
        Assert.InRange(peak, 1, 200L << 20);
    }

    public void Dispose() => _folder.Dispose();

    private static ObjectId NewId() => ResourceId.FromRandom<ObjectId>(RandomNumberGenerator.GetBytes(ResourceId.SizeBytes));

    private static List<BlobEntry> Table(int count, int seed)
    {
        var (entries, id, random) = (new List<BlobEntry>(), new byte[ChunkId.SizeBytes], new Random(seed));
        for (var i = 0; i < count; i++)
        {
            random.NextBytes(id);
            entries.Add(new BlobEntry(new ChunkId(id), i * 1000, 1000, 2000, BlobCodec.Zstd));
        }
        return entries;
    }

    // By the bytes that RunJournal documents, and not by its own hand: that waits for the disk at each record.
    private static void Write(string path, BackupKeyId key, int packs, int chunks)
    {
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(path)!, FilePermissions.PrivateFolder);
        using var file = new FileStream(path, new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.Write,
            BufferSize = 1 << 20,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        });
        var head = new byte[8];
        BinaryPrimitives.WriteUInt64BigEndian(head, key.Value);
        file.Write("HAJ1"u8);
        file.Write(head);
        var covered = new List<ObjectId>();
        for (var pack = 0; pack < packs; pack++)
        {
            var id = NewId();
            covered.Add(id);
            Append(file, [1, .. Name(1, id), .. Number(16 << 20), .. Number(chunks), .. Entries(Table(chunks, pack)), .. Number(0)]);
            Append(file, [2, .. Name(1, id)]);
            if (covered.Count < 64) continue;
            var index = NewId();
            Append(file, [1, .. Name(2, index), .. Number(65_536), .. Number(0), .. Number(64), .. covered.SelectMany(Bytes)]);
            Append(file, [2, .. Name(2, index)]);
            covered.Clear();
        }
    }

    private static void Append(FileStream file, byte[] body)
    {
        file.Write(Number(body.Length));
        var crc = new byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(crc, Crc32C.Of(body));
        file.Write(crc);
        file.Write(body);
    }

    private static byte[] Name(byte kind, ObjectId id) => [kind, .. Bytes(id)];

    private static byte[] Bytes(ObjectId id)
    {
        var bytes = new byte[ResourceId.SizeBytes];
        id.Write(bytes);
        return bytes;
    }

    private static byte[] Number(int number)
    {
        var bytes = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(bytes, number);
        return bytes;
    }

    private static byte[] Entries(List<BlobEntry> table)
    {
        var bytes = new byte[table.Count * BlobEntry.SizeBytes];
        for (var i = 0; i < table.Count; i++) table[i].Write(bytes.AsSpan(i * BlobEntry.SizeBytes));
        return bytes;
    }

    private sealed class Opened : IDisposable
    {
        public Opened(string path, BackupKeyId key) => (Journal, Found) = RunJournal.Open(path, key);

        public RunJournal Journal { get; }

        public IReadOnlyList<JournalledObject> Found { get; }

        public void Dispose() => Journal.Dispose();
    }
}
