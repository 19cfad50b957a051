using System.Text;
using HostAtlas.Agent.Spool;
using HostAtlas.TestSupport;

namespace HostAtlas.Agent.Tests.Spool;

public sealed class ReportSpoolTests : IDisposable
{
    private const long MaxBytes = 1 << 20;
    private readonly TempFolder _folder = new();
    private int _ids;

    private string SpoolFolder => _folder.File("spool");

    [Fact]
    public void A_report_leaves_only_when_it_is_acknowledged()
    {
        using (var spool = Open())
        {
            Append(spool, 3);
            Assert.Equal(3, spool.Read(spool.NextBatch()!).Count);
        }
        using (var spool = Open())
        {
            Assert.Equal(3, spool.Level.Reports);
            spool.Acknowledge(spool.NextBatch()!);
            Assert.Null(spool.NextBatch());
            Assert.Equal(0, spool.Level.Reports);
        }
        using var again = Open();
        Assert.Null(again.NextBatch());
    }

    [Fact]
    public void A_batch_keeps_its_id_and_its_reports_over_a_restart_even_when_more_reports_came()
    {
        SpoolBatch planned;
        using (var spool = Open())
        {
            Append(spool, 2);
            planned = spool.NextBatch()!;
            Append(spool, 5, fromMs: 100);
        }
        using var again = Open();
        Assert.Equal(planned, again.NextBatch());
        Assert.Equal(2, again.Read(planned).Count);
    }

    [Fact]
    public void A_batch_has_at_most_a_thousand_reports_and_900_KiB()
    {
        // Written at once: a thousand appends are a thousand flushes.
        Directory.CreateDirectory(SpoolFolder);
        File.WriteAllBytes(Path.Combine(SpoolFolder, "00000000000000000001.seg"), Records(1001));
        using var spool = ReportSpool.Open(SpoolFolder, _folder.File("refused"), 64 << 20, NextId);
        Assert.Equal(1000, spool.Read(spool.NextBatch()!).Count);
        spool.Acknowledge(spool.NextBatch()!);
        spool.Acknowledge(spool.NextBatch()!);
        for (var i = 0; i < 4; i++) spool.Append(5000 + i, new byte[300 << 10]);
        Assert.Equal(2, spool.Read(spool.NextBatch()!).Count);
    }

    [Fact]
    public void Two_reports_of_one_moment_never_share_a_batch()
    {
        using var spool = Open();
        Append(spool, 2);
        Append(spool, 2);
        Assert.Equal(2, spool.Read(spool.NextBatch()!).Count);
    }

    [Fact]
    public void A_full_spool_drops_the_oldest_and_says_how_many_and_from_when_to_when()
    {
        using (var spool = Open())
        {
            for (var i = 0; i < 150; i++) spool.Append(i, new byte[10_000]);
            var level = spool.Level;
            Assert.InRange(level.Bytes, MaxBytes / 2, MaxBytes);
            Assert.Equal(150, level.Reports + level.Gap.Reports);
            Assert.Equal((0, level.Gap.Reports - 1), (level.Gap.FromMs, level.Gap.ToMs));
            Assert.Equal(level.Gap.Reports, spool.Read(spool.NextBatch()!)[0].AtMs);
        }
        using var again = Open();
        Assert.Equal(150, again.Level.Reports + again.Level.Gap.Reports);
    }

    [Fact]
    public void A_batch_in_flight_that_loses_its_oldest_reports_keeps_its_id()
    {
        using var spool = Open();
        for (var i = 0; i < 30; i++) spool.Append(i, new byte[10_000]);
        var inFlight = spool.NextBatch()!;
        for (var i = 30; i < 110; i++) spool.Append(i, new byte[10_000]);
        var now = spool.NextBatch()!;
        Assert.Equal(inFlight.Id, now.Id);
        Assert.True(now.First > inFlight.First);
        spool.Acknowledge(inFlight);
        Assert.NotEqual(inFlight.Id, spool.NextBatch()!.Id);
    }

    [Fact]
    public void A_split_batch_gets_two_new_ids_and_loses_nothing()
    {
        using var spool = Open();
        Append(spool, 5);
        var whole = spool.NextBatch()!;
        spool.Split(whole);
        var first = spool.NextBatch()!;
        var reports = spool.Read(first).Count;
        spool.Acknowledge(first);
        var second = spool.NextBatch()!;
        Assert.Equal(5, reports + spool.Read(second).Count);
        Assert.Equal(3, new[] { whole.Id, first.Id, second.Id }.Distinct().Count());
    }

    [Fact]
    public void A_refused_report_is_set_aside_with_the_reason_and_counted()
    {
        using var spool = Open();
        Append(spool, 1);
        spool.SetAside(spool.NextBatch()!, "invalid-content: /reports/0 is\nno good");
        Assert.Null(spool.NextBatch());
        Assert.Equal(1, spool.Level.RefusedReports);
        var file = Assert.Single(Directory.GetFiles(_folder.File("refused")));
        Assert.Equal("invalid-content: /reports/0 is no good\nreport 0", File.ReadAllText(file));
    }

    [Fact]
    public void A_spool_cut_at_any_byte_opens_with_what_was_whole_and_takes_new_reports()
    {
        using (var spool = Open()) Append(spool, 3);
        var path = Assert.Single(Directory.GetFiles(SpoolFolder, "*.seg"));
        var bytes = File.ReadAllBytes(path);
        // Each second one: the pure reader's test takes them all, here each costs flushes.
        for (var length = 0; length < bytes.Length; length += 2)
        {
            File.WriteAllBytes(path, bytes.AsSpan(0, length));
            File.Delete(Path.Combine(SpoolFolder, "plan"));
            using (var spool = Open())
            {
                spool.Append(99, "after"u8);
                var read = spool.Read(spool.NextBatch()!);
                Assert.Equal(length * 3 / bytes.Length, read.Count - 1);
                Assert.Equal("after", Encoding.UTF8.GetString(read[^1].Payload.Span));
            }
            foreach (var later in Directory.GetFiles(SpoolFolder, "*.seg").Where(f => f != path)) File.Delete(later);
        }
    }

    [Fact]
    public void A_damaged_report_is_skipped_and_counted_once()
    {
        using (var spool = Open()) Append(spool, 3);
        var path = Assert.Single(Directory.GetFiles(SpoolFolder, "*.seg"));
        var bytes = File.ReadAllBytes(path);
        bytes[bytes.Length / 2] ^= 1;
        File.WriteAllBytes(path, bytes);
        using (var spool = Open())
        {
            var batch = spool.NextBatch()!;
            Assert.Equal([0, 2], spool.Read(batch).Select(r => r.AtMs));
            spool.Acknowledge(batch);
            Assert.Equal(1, spool.Level.DamagedReports);
        }
        using var again = Open();
        Assert.Equal((0, 1), (again.Level.Reports, again.Level.DamagedReports));
    }

    [Fact]
    public void A_plan_flipped_at_any_byte_is_found_and_loses_no_report()
    {
        using (var spool = Open())
        {
            Append(spool, 3);
            spool.NextBatch();
        }
        var plan = Path.Combine(SpoolFolder, "plan");
        var bytes = File.ReadAllBytes(plan);
        for (var at = 0; at < bytes.Length; at++)
        {
            var flipped = (byte[])bytes.Clone();
            flipped[at] ^= 0x10;
            File.WriteAllBytes(plan, flipped);
            using var spool = Open();
            Assert.True(spool.PlanWasDamaged);
            Assert.Equal(3, spool.Read(spool.NextBatch()!).Count);
        }
    }

    [Fact]
    public void A_look_shows_the_batch_that_goes_next_before_and_after_it_is_cut()
    {
        using var spool = Open();
        Append(spool, 3);
        var (id, records) = ReportSpool.Peek(SpoolFolder, BatchRule.Reports)!.Value;
        Assert.Equal((spool.NextBatch()!.Id, 3), (id, records.Count));
        Append(spool, 1, fromMs: 100);
        (id, records) = ReportSpool.Peek(SpoolFolder, BatchRule.Reports)!.Value;
        Assert.Equal((spool.NextBatch()!.Id, 3), (id, records.Count));
        spool.Acknowledge(spool.NextBatch()!);
        (id, records) = ReportSpool.Peek(SpoolFolder, BatchRule.Reports)!.Value;
        Assert.Equal((spool.NextBatch()!.Id, 1), (id, records.Count));
    }

    [Fact]
    public void The_plan_of_an_agent_that_drew_no_id_beforehand_is_taken_over()
    {
        Directory.CreateDirectory(SpoolFolder);
        File.WriteAllBytes(Path.Combine(SpoolFolder, "00000000000000000001.seg"), Records(3));
        File.WriteAllBytes(Path.Combine(SpoolFolder, "plan"), CheckedBytes.Seal(
            """{"acknowledged":1,"batches":[{"id":"00000009-0000-0000-0000-000000000000","first":2,"last":2}],"damagedReports":4}"""u8));
        using var spool = Open();
        Assert.False(spool.PlanWasDamaged);
        Assert.Equal((2, 4), (spool.Level.Reports, spool.Level.DamagedReports));
        Assert.Equal(new SpoolBatch(new Guid(9, 0, 0, new byte[8]), 2, 2), spool.NextBatch());
        spool.Acknowledge(spool.NextBatch()!);
        Assert.NotEqual(Guid.Empty, spool.NextBatch()!.Id);
    }

    [Fact]
    public void Of_lines_a_full_spool_drops_a_batch_with_an_id_whole()
    {
        using var spool = ReportSpool.Open(SpoolFolder, _folder.File("refused"), MaxBytes, NextId, BatchRule.Lines);
        List<(long, byte[])> items = [.. Enumerable.Range(0, 80).Select(i => ((long)i, new byte[10_000]))];
        AppendAll(spool, items);
        var cut = spool.NextBatch()!;
        AppendAll(spool, items);
        Assert.NotEqual(cut.Id, spool.NextBatch()!.Id);
        Assert.True(spool.NextBatch()!.First > cut.Last);
        Assert.Equal(160, spool.Level.Reports + spool.Level.Gap.Reports);
    }

    [Fact]
    public void The_files_are_the_owners_alone()
    {
        using var spool = Open();
        Append(spool, 1);
        spool.NextBatch();
        Assert.All(Directory.GetFiles(SpoolFolder), f =>
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(f)));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(SpoolFolder));
    }

    [Fact]
    public void A_look_changes_nothing()
    {
        using (var spool = Open()) Append(spool, 2);
        var before = Directory.GetFiles(SpoolFolder).ToDictionary(f => f, File.ReadAllBytes);
        Assert.Equal(2, ReportSpool.Inspect(SpoolFolder, MaxBytes)!.Reports);
        Assert.Equal(before, Directory.GetFiles(SpoolFolder).ToDictionary(f => f, File.ReadAllBytes));
        Assert.Null(ReportSpool.Inspect(_folder.File("nowhere"), MaxBytes));
    }

    public void Dispose() => _folder.Dispose();

    private static void Append(ReportSpool spool, int count, long fromMs = 0)
    {
        for (var i = 0; i < count; i++) spool.Append(fromMs + i, Encoding.UTF8.GetBytes($"report {i}"));
    }

    private static void AppendAll(ReportSpool spool, List<(long AtMs, byte[] Payload)> items)
    {
        for (var done = 0; done < items.Count;) done += spool.AppendSome(items, done);
    }

    private static byte[] Records(int count)
    {
        var size = RecordFraming.SizeBytes(2);
        var bytes = new byte[count * size];
        for (var i = 0; i < count; i++) RecordFraming.Write(bytes.AsSpan(i * size), i + 1, i, "{}"u8);
        return bytes;
    }

    private ReportSpool Open() => ReportSpool.Open(SpoolFolder, _folder.File("refused"), MaxBytes, NextId);

    private Guid NextId() => new(++_ids, 0, 0, new byte[8]);
}
