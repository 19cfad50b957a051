using System.Text;
using CsCheck;
using HostAtlas.Agent.Spool;
using HostAtlas.TestSupport;

namespace HostAtlas.Agent.Tests.Spool;

public sealed class ReportSpoolModelTests
{
    private enum Step
    {
        Append,
        Acknowledge,
        Split,
        SetAside,
        Reopen,
        TearTail,
    }

    [Fact]
    public void Whatever_happens_in_whatever_order_no_report_is_lost_doubled_or_out_of_order()
    {
        Gen.Enum<Step>().Array[1, 60].Sample(steps =>
        {
            using var folder = new TempFolder();
            var ids = 0;
            ReportSpool Open() => ReportSpool.Open(folder.File("spool"), folder.File("refused"), 64 << 20, () =>
                new Guid(++ids, 0, 0, new byte[8]));
            var spool = Open();
            var waiting = new List<long>();
            var gone = new HashSet<Guid>();
            long at = 0;
            foreach (var step in steps)
            {
                var batch = step is Step.Acknowledge or Step.Split or Step.SetAside ? spool.NextBatch() : null;
                var reports = batch is null ? [] : spool.Read(batch).Select(r => r.AtMs).ToList();
                Assert.Equal(waiting.Take(reports.Count), reports);
                switch (step)
                {
                    case Step.Append:
                        spool.Append(++at, Encoding.UTF8.GetBytes($"report {at}"));
                        waiting.Add(at);
                        break;
                    case Step.Acknowledge when batch is not null:
                        spool.Acknowledge(batch);
                        Assert.True(gone.Add(batch.Id));
                        waiting.RemoveRange(0, reports.Count);
                        break;
                    case Step.Split when batch is not null && reports.Count > 1:
                        spool.Split(batch);
                        Assert.True(gone.Add(batch.Id));
                        break;
                    case Step.SetAside when batch is not null:
                        spool.SetAside(batch, "no");
                        Assert.True(gone.Add(batch.Id));
                        waiting.RemoveRange(0, reports.Count);
                        break;
                    case Step.Reopen:
                        spool.Dispose();
                        spool = Open();
                        break;
                    case Step.TearTail:
                        spool.Dispose();
                        Tear(folder.File("spool"));
                        spool = Open();
                        break;
                }
                Assert.Equal(waiting.Count, spool.Level.Reports);
                Assert.Equal((0, 0), (spool.Level.Gap.Reports, spool.Level.DamagedReports));
            }
            spool.Dispose();
        }, iter: 60);
    }

    // What a kill leaves behind in the middle of the next append: the beginning of a record.
    private static void Tear(string folder)
    {
        if (Directory.GetFiles(folder, "*.seg").Order().LastOrDefault() is not { } last) return;
        var record = new byte[RecordFraming.SizeBytes(5)];
        RecordFraming.Write(record, long.MaxValue, 1, "hello"u8);
        using var stream = new FileStream(last, FileMode.Append);
        stream.Write(record.AsSpan(0, record.Length - 2));
    }
}
