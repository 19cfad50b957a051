using System.Diagnostics;
using System.Globalization;
using System.Text;
using Akka.Actor;
using HostAtlas.Engine;
using HostAtlas.Engine.Metrics;
using HostAtlas.Engine.Presence;
using HostAtlas.Engine.Servers;
using HostAtlas.Engine.Storage.Sealing;
using HostAtlas.Engine.Storage.Sqlite;
using HostAtlas.Shared.Ids;
using HostAtlas.TestSupport;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;

namespace HostAtlas.Benchmarks;

/// <summary>
/// How much of SQLite's own speed is left when a report comes through the channel, the stream, one transaction for many servers, the name
/// ledger and two answers. The rival inserts the same rows into the same schema with the same pragmas: one prepared statement, one
/// transaction per so many samples, nothing else. Both are durable (WAL, synchronous=FULL).
/// </summary>
internal static class SqliteIngest
{
    private const int Servers = 200, ReportsAServer = 250, MetricsAReport = 40, Rounds = 5;
    private const int Samples = Servers * ReportsAServer * MetricsAReport;

    public static async Task RunAsync()
    {
        var items = Workload();
        using var system = ActorSystem.Create("bench", "akka.loglevel = WARNING");
        var contenders = new (string Name, Func<DataFile, Task> Run)[]
        {
            ("plain SQLite, 1,000 samples a transaction", file => Plain(file, items, 1_000)),
            ("plain SQLite, 5,000 samples a transaction", file => Plain(file, items, 5_000)),
            ("HostAtlas, one report a request", file => IngestAsync(system, file, items)),
        };
        var seconds = contenders.Select(_ => new List<double>()).ToArray();
        var bytes = new long[contenders.Length];
        // Interleaved, so that what the machine does besides hits all alike; the first round warms up.
        for (var round = 0; round <= Rounds; round++)
        {
            for (var i = 0; i < contenders.Length; i++)
            {
                using var folder = new TempFolder();
                var file = new DataFile(folder.Path);
                file.Prepare();
                GC.Collect();
                var watch = Stopwatch.StartNew();
                await contenders[i].Run(file);
                if (round > 0) seconds[i].Add(watch.Elapsed.TotalSeconds);
                bytes[i] = SizeAtRest(file);
            }
        }
        var results = contenders.Select((contender, i) => (contender.Name, Median(seconds[i]), bytes[i])).ToArray();
        var report = Report(results, await DayQueryAsync());
        Console.WriteLine(report);
        var path = Path.Combine(Repository.Root, "tests", "Benchmarks", "results", "sqlite.md");
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        await File.WriteAllTextAsync(path, report);
    }

    // What a fleet sends: every server in turn, one report each, percentages with two decimals and counters that grow.
    private static List<(ServerKey Server, MetricBatch Batch)> Workload()
    {
        var random = new Random(1);
        var names = Encoding.UTF8.GetBytes(string.Join('\n', Enumerable.Range(0, MetricsAReport).Select(i => $"host.metric_{i}")));
        var set = new NameSet(NameSet.IdOf(names), MetricsAReport, names);
        var servers = Enumerable.Range(0, Servers).Select(_ => new ServerKey(Id<TeamId>(random), Id<ServerId>(random))).ToArray();
        var values = new double[MetricsAReport];
        var items = new List<(ServerKey, MetricBatch)>(Servers * ReportsAServer);
        for (var report = 0; report < ReportsAServer; report++)
        {
            foreach (var server in servers)
            {
                for (var i = 0; i < values.Length; i++)
                    values[i] = i % 2 == 0 ? Math.Round(random.NextDouble() * 100, 2) : (report * 1_000_003L) + random.Next(1_000_000);
                var row = new ReportRow(1_700_000_000_000 + (report * 10_000L), 0, PackedValues.Pack(values));
                items.Add((server, new MetricBatch(random.NextInt64(), random.NextInt64(), [set], [row])));
            }
        }
        return items;
    }

    private static Task Plain(DataFile file, List<(ServerKey Server, MetricBatch Batch)> items, int samplesATransaction)
    {
        using var connection = file.OpenWriter();
        using var begin = new NativeStatement(connection, "begin immediate");
        using var commit = new NativeStatement(connection, "commit");
        using var insert = new NativeStatement(connection,
            "insert into metric_rows (team, server, at_ms, key, signature, set_id, vals) values (?, ?, ?, ?, ?, ?, ?)");
        Span<byte> team = stackalloc byte[16], server = stackalloc byte[16];
        var reports = samplesATransaction / MetricsAReport;
        for (var i = 0; i < items.Count; i++)
        {
            if (i % reports == 0) begin.Run();
            var (key, batch) = items[i];
            key.Team.Write(team);
            key.Server.Write(server);
            insert.Bind(1, team).Bind(2, server).Bind(3, batch.Rows[0].AtMs).Bind(4, batch.Key).Bind(5, batch.SignatureKey)
                .Bind(6, batch.Sets[0].Id).Bind(7, batch.Rows[0].Values).Run();
            if (i % reports == reports - 1 || i == items.Count - 1) commit.Run();
        }
        return Task.CompletedTask;
    }

    private static async Task IngestAsync(ActorSystem system, DataFile file, List<(ServerKey Server, MetricBatch Batch)> items)
    {
        using var store = new SqliteMetricsStore(file, Seals(file));
        var options = new EngineOptions { DataDirectory = Path.GetDirectoryName(file.Path)!, RootKey = new byte[32] };
        var ingest = new MetricsIngest(store, options, TimeProvider.System, NullLogger<MetricsIngest>.Instance);
        ingest.Start(system);
        var answered = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var room = new SemaphoreSlim(10_000);
        var counter = system.ActorOf(Props.Create(() => new Counter(items.Count, room, answered)));
        var signature = new byte[32];
        foreach (var (server, batch) in items)
        {
            await room.WaitAsync();
            var item = new IngestItem(server.Team, server.Server, batch, 0, signature, TimeProvider.System.GetUtcNow(), counter, counter);
            if (!ingest.TryOffer(item)) throw new InvalidOperationException("The channel was full.");
        }
        await answered.Task;
        await ingest.DrainAsync();
        await counter.GracefulStop(TimeSpan.FromSeconds(5));
    }

    // One metric of forty over a day at 10 s, in steps of a minute, with the scope's opening and its filter.
    private static async Task<double> DayQueryAsync()
    {
        const int reports = 8_640;
        using var folder = new TempFolder();
        var file = new DataFile(folder.Path);
        file.Prepare();
        using var store = new SqliteMetricsStore(file, Seals(file));
        var first = Workload()[0];
        var rows = Enumerable.Range(0, reports).Select(i => first.Batch.Rows[0] with { AtMs = i * 10_000L }).ToArray();
        var item = new IngestItem(
            first.Server.Team, first.Server.Server, first.Batch with { Rows = rows }, 0, new byte[32], TimeProvider.System.GetUtcNow(),
            ActorRefs.Nobody, ActorRefs.Nobody);
        await store.WriteAsync([item], maybeKept: false);
        var reader = new MetricsReader(new SqliteMetricsSource(file), Seals(file));
        var query = new MetricsQuery(first.Server.Team, first.Server.Server, ["host.metric_20"], 0, reports * 10_000L, 60);
        var milliseconds = new List<double>();
        for (var i = 0; i < 41; i++)
        {
            var watch = Stopwatch.StartNew();
            var answer = await reader.QueryAsync(query, CancellationToken.None);
            if (i >= 20) milliseconds.Add(watch.Elapsed.TotalMilliseconds);
            if (answer.Series[0].Points.Count != reports / 6) throw new InvalidOperationException("The answer is not the day's.");
        }
        return Median(milliseconds);
    }

    private static TeamSeals Seals(DataFile file) => new(new SqliteKeyStore(file), new RootKeys(new byte[32]), TimeProvider.System);

    private static long SizeAtRest(DataFile file)
    {
        using var connection = file.OpenWriter();
        DataFile.Execute(connection, "pragma wal_checkpoint(truncate)");
        return new FileInfo(file.Path).Length;
    }

    private static string Report((string Name, double Seconds, long Bytes)[] results, double dayQueryMs)
    {
        var text = new StringBuilder();
        text.AppendLine("# Embedded ingest against plain SQLite").AppendLine();
        text.AppendLine(CultureInfo.InvariantCulture, $"""
            {Samples:N0} samples of {Servers} servers, {MetricsAReport} a report; WAL, synchronous=FULL;
            median of {Rounds} interleaved rounds after one to warm up.

            | | samples a second | HostAtlas against it | bytes a sample at rest |
            | --- | ---: | ---: | ---: |
            """);
        var ours = results[^1].Seconds;
        foreach (var (name, seconds, bytes) in results)
            text.AppendLine(CultureInfo.InvariantCulture,
                $"| {name} | {Samples / seconds:N0} | {seconds / ours:0.00} | {(double)bytes / Samples:0.0} |");
        text.AppendLine().AppendLine(CultureInfo.InvariantCulture,
            $"One metric of {MetricsAReport} over 24 h at 10 s (8,640 reports), in steps of a minute: {dayQueryMs:0.0} ms, median of 21.");
        return text.AppendLine().AppendLine(Machine.Describe(TimeProvider.System.GetUtcNow())).ToString();
    }

    private static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);

    private static T Id<T>(Random random) where T : struct, IResourceId<T>
    {
        var bytes = new byte[ResourceId.SizeBytes];
        random.NextBytes(bytes);
        return ResourceId.FromRandom<T>(bytes);
    }

    private sealed class Counter : ReceiveActor
    {
        public Counter(int expected, SemaphoreSlim room, TaskCompletionSource answered)
        {
            var stored = 0;
            Receive<BatchCommitted>(_ => { });
            Receive<MetricsStored>(_ =>
            {
                room.Release();
                if (++stored == expected) answered.SetResult();
            });
            ReceiveAny(message => answered.TrySetException(new InvalidOperationException($"Not stored: {message}")));
        }
    }
}
