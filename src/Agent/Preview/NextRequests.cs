using HostAtlas.Agent.Collect;
using HostAtlas.Agent.Commands;
using HostAtlas.Agent.Configuration;
using HostAtlas.Agent.Credentials;
using HostAtlas.Agent.Logs;
using HostAtlas.Agent.Logs.Cursors;
using HostAtlas.Agent.Logs.Journal;
using HostAtlas.Agent.Running;
using HostAtlas.Agent.Spool;
using HostAtlas.Agent.Uplink;

namespace HostAtlas.Agent.Preview;

/// <summary>
/// What would go out next, made by the code that sends it, from what waits in STATE; where nothing waits, from what the host shows now.
/// Nothing in STATE is changed and nothing is sent.
/// </summary>
internal sealed class NextRequests(AgentOptions options, StateFolder? state, Func<HostCollector> newCollector, TimeProvider time)
{
    private const int JournalEntries = 200;

    /// <summary>The next reports.</summary>
    public PreviewRequest Metrics()
    {
        if (Waiting(state?.SpoolPath, BatchRule.Reports) is { } waiting) return Make(BatchKind.Metrics, waiting.Id, waiting.Records, true);
        var level = state is null ? null : ReportSpool.Inspect(state.SpoolPath, options.SpoolMaxBytes);
        var collector = newCollector();
        // As in a run: rates need two readings.
        collector.Collect();
        var at = time.GetUtcNow();
        var report = ReportWriter.Write(at, collector.Collect(), level ?? new SpoolLevel(0, 0, options.SpoolMaxBytes, SpoolGap.None, 0, 0));
        return Make(BatchKind.Metrics, BatchId.Draw(), [new SpoolRecord(1, at.ToUnixTimeMilliseconds(), report, report.Length)], false);
    }

    /// <summary>The next lines of logs; null when none are read, or there is none.</summary>
    public async Task<PreviewRequest?> LogsAsync(CancellationToken stop)
    {
        if (options.Logs is not { } logs) return null;
        if (Waiting(state?.LogSpoolPath, BatchRule.Lines) is { } waiting) return Make(BatchKind.Logs, waiting.Id, waiting.Records, true);
        var cursors = LogCursors.Load(state?.LogCursorsPath ?? "", keeps: false);
        // How far a log was read stands in the records too, also in those that were sent.
        if (state is not null) ReportSpool.Follow(state.LogSpoolPath, cursors);
        using var reading = new LogReading(logs, options.Redaction, cursors, null, time, TimeZoneInfo.Local);
        var entries = System.Threading.Channels.Channel.CreateUnbounded<JournalEntry>();
        if (logs.Journald is { } units) await ReadJournalAsync(units, cursors.Journal, entries.Writer, stop);
        while (reading.Turn(entries.Reader) && !reading.Outbox.IsFull) stop.ThrowIfCancellationRequested();
        var records = reading.Outbox.Items
            .Select((item, i) => new SpoolRecord(i + 1, item.AtMs, item.Payload, item.Payload.Length)).ToList();
        var last = BatchRule.Lines.CutAfter(records);
        return last == 0 ? null : Make(BatchKind.Logs, BatchId.Draw(), [.. records.Take((int)last)], false);
    }

    /// <summary>The next inventory: it is not spooled, so it is always of this moment.</summary>
    public static PreviewRequest Inventory(byte[] json)
    {
        var sent = InventoryBody.Encode(json);
        return new PreviewRequest(InventoryBody.Path, sent.Bytes, json, sent.Gzip, false);
    }

    /// <summary>The next question for commands; null when none are asked for.</summary>
    public PreviewRequest? Poll()
    {
        if (!options.Commands.Enabled) return null;
        var body = CommandApi.PollBody(CommandApi.LongestWait);
        return new PreviewRequest(CommandApi.PollPath, body, body, Gzip: false, IsWaiting: false);
    }

    private static async Task ReadJournalAsync(IReadOnlyList<string> units, JournalPosition? position,
        System.Threading.Channels.ChannelWriter<JournalEntry> into, CancellationToken stop)
    {
        try
        {
            var count = 0;
            await foreach (var entry in JournalCommand.OfThisHost(units).ReadAsync(position, JournalEntries, isFollowing: false, stop))
            {
                await into.WriteAsync(entry, stop);
                if (++count == JournalEntries) return;
            }
        }
        catch (IOException)
        {
            // A host without a journal has no lines of it; `status` says why when an agent runs.
        }
    }

    private static (Guid Id, IReadOnlyList<SpoolRecord> Records)? Waiting(string? folder, BatchRule rule)
    {
        for (var attempt = 1; folder is not null; attempt++)
        {
            try
            {
                return ReportSpool.Peek(folder, rule);
            }
            catch (IOException) when (attempt < 3)
            {
                // A running agent deletes what was acknowledged.
            }
        }
        return null;
    }

    private static PreviewRequest Make(BatchKind kind, Guid id, IReadOnlyList<SpoolRecord> records, bool isWaiting)
    {
        var plain = BatchBody.WritePlain(kind, id, records).ToArray();
        var sent = BatchBody.Encode(plain);
        return new PreviewRequest(kind.Path, sent.Bytes, plain, sent.Gzip, isWaiting);
    }
}
