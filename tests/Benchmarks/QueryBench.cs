using System.Diagnostics;
using System.Globalization;
using System.Text;
using Akka.Actor;
using HostAtlas.Benchmarks.Results;
using HostAtlas.Engine.Metrics;
using HostAtlas.Engine.Metrics.Rollups;
using HostAtlas.Engine.Presence;
using HostAtlas.Engine.Storage.Sealing;
using HostAtlas.Engine.Storage.Sqlite;
using HostAtlas.Shared.Ids;
using HostAtlas.TestSupport;

namespace HostAtlas.Benchmarks;

/// <summary>
/// How long a chart waits: one metric of forty over a day of reports every 10 s, and over 30 days of roll-ups with a thousand servers' data
/// in the file. Beside each, in turn, plain SQLite selects the same rows over a connection of its own and opens, decodes and folds nothing:
/// what is above it is the price of the scope, the seal and the fold.
/// </summary>
internal static class QueryBench
{
    private const int Metrics = 40, Days = 30, WarmUps = 5;
    private const long Start = 1_700_006_400_000, DayMs = 86_400_000, End = Start + (Days * DayMs);
    private const string Wanted = "host.metric_20";

    private static readonly NameSet Names = NamesOf(Metrics);

    /// <summary>Runs it with as many servers in the file as asked for.</summary>
    public static async Task<ResultPage> RunAsync(BenchOptions options)
    {
        using var folder = new TempFolder();
        var file = new DataFile(folder.Path);
        file.Prepare();
        var seals = new TeamSeals(new SqliteKeyStore(file), new RootKeys(new byte[32]), TimeProvider.System);
        var random = new Random(1);
        var servers = Enumerable.Range(0, options.Servers).Select(_ => new ServerKey(Id<TeamId>(random), Id<ServerId>(random))).ToArray();
        var charted = servers[servers.Length / 2];
        await FillReportsAsync(file, seals, charted);
        FillRollups(file, seals, servers, charted);
        var size = new FileInfo(file.Path).Length;

        var reader = new MetricsReader(new SqliteMetricsSource(file), seals);
        var charts = new (string Name, MetricsQuery Query, string Table, string Time)[]
        {
            ("24 h at 10 s, steps of 10 s, reports", Query(charted, End, End + DayMs, 10), "metric_rows", "at_ms"),
            ("24 h at 10 s, steps of 60 s, reports", Query(charted, End, End + DayMs, 60), "metric_rows", "at_ms"),
            ("24 h, steps of 60 s, points of minutes", Query(charted, End - DayMs, End, 60), "metric_minutes", "hour_ms"),
            ("30 days, steps of 3 h, points of hours", Query(charted, Start, End, 10_800), "metric_hours", "hour_ms"),
            ("30 days, steps of 2.4 h, hours and minutes", Query(charted, Start, End, 8_640), "metric_hours", "hour_ms"),
            ("30 days, steps of 5 min, points of minutes", Query(charted, Start, End, 300), "metric_minutes", "hour_ms"),
        };
        var tables = new List<ResultTable>();
        foreach (var (name, query, table, time) in charts)
            tables.AddRange(await MeasureAsync(file, reader, name, query, table, time, options));
        var hour = Hour(0);
        return new ResultPage(
            "query", "Charts over sealed rows",
            $"One metric of {Metrics}. In the file ({size / 1e6:N0} MB): {Days} days of points of an hour of {options.Servers:N0} servers, "
            + "and of the charted one the points of minutes and a day of reports as well. The scope's opening is included.", tables)
        {
            Notes =
            [
                $"An hour of {Metrics} metrics: {hour.Minutes.Length:N0} bytes of minutes, "
                + $"{hour.Hour.Length:N0} bytes of the hour's points.",
            ],
        };
    }

    /// <summary>Milliseconds by the clock and of processor time; the second says what a busy machine's clock does not.</summary>
    private readonly record struct Cost(double Wall, double Cpu);

    private static async Task<IEnumerable<ResultTable>> MeasureAsync(
        DataFile file, MetricsReader reader, string name, MetricsQuery query, string table, string time, BenchOptions options)
    {
        List<Cost> plain = [], ours = [];
        for (var round = 0; round < WarmUps + options.Rounds; round++)
        {
            var (watch, cpu) = (Stopwatch.StartNew(), Environment.CpuUsage.TotalTime);
            var bytes = Plain(file, query, table, time);
            var plainCost = Since(watch, cpu);
            (watch, cpu) = (Stopwatch.StartNew(), Environment.CpuUsage.TotalTime);
            var answer = await reader.QueryAsync(query, CancellationToken.None);
            var oursCost = Since(watch, cpu);
            if (bytes == 0 || answer.Series.Count != 1) throw new InvalidOperationException("Nothing was read.");
            if (round < WarmUps) continue;
            plain.Add(plainCost);
            ours.Add(oursCost);
        }
        return [Table("ms", cost => cost.Wall), Table("ms of processor time", cost => cost.Cpu)];

        ResultTable Table(string unit, Func<Cost, double> figure) => new($"{name}, {unit}", "0.0", Better.Less,
        [
            new ResultRow("plain SQLite reads the rows", [.. plain.Select(figure)]),
            new ResultRow("HostAtlas answers", [.. ours.Select(figure)]),
        ])
        { Goal = query.ToMs - query.FromMs > DayMs ? "<= 30 ms" : "<= 15 ms" };
    }

    private static Cost Since(Stopwatch watch, TimeSpan cpu) =>
        new(watch.Elapsed.TotalMilliseconds, (Environment.CpuUsage.TotalTime - cpu).TotalMilliseconds);

    private static long Plain(DataFile file, MetricsQuery query, string table, string time)
    {
        using var connection = file.OpenReader();
        using var select = new NativeStatement(
            connection, $"select * from {table} where team = ? and server = ? and {time} >= ? and {time} < ? order by {time}");
        var column = table == "metric_rows" ? 6 : 4;
        select.BindServer(new ServerKey(query.Team, query.Server)).Bind(3, query.FromMs).Bind(4, query.ToMs);
        var bytes = 0L;
        while (select.Next()) bytes += select.Bytes(column).Length;
        return bytes;
    }

    // A day of reports after the thirty days of roll-ups.
    private static async Task FillReportsAsync(DataFile file, ITeamSeals seals, ServerKey server)
    {
        using var store = new SqliteMetricsStore(file, seals);
        var random = new Random(2);
        for (var from = 0; from < 8_640; from += 1_000)
        {
            var rows = Enumerable.Range(from, Math.Min(1_000, 8_640 - from))
                .Select(i => new ReportRow(End + (i * 10_000L), 0, PackedValues.Pack(Values(random, i)))).ToArray();
            var item = new MetricsItem(
                server.Team, server.Server, new MetricBatch(from, from, [Names], rows), 0, new byte[32], TimeProvider.System.GetUtcNow(),
                ActorRefs.Nobody, ActorRefs.Nobody);
            await store.WriteAsync([item], maybeKept: false);
        }
    }

    // In order of time, as they come in use: every server's hour before any server's next. Points of minutes for the charted server alone;
    // 17 GB of others' would lie in pages that a chart never touches.
    private static void FillRollups(DataFile file, ITeamSeals seals, ServerKey[] servers, ServerKey charted)
    {
        foreach (var server in servers) seals.Get(server.Team);
        var hours = Enumerable.Range(0, 24).Select(Hour).ToArray();
        using var connection = file.OpenWriter();
        DataFile.Execute(connection, "pragma synchronous=off");
        DataFile.Execute(connection, "delete from metric_marks");
        foreach (var (name, ms) in new[] { ("closed", End), ("raw", End), ("minutes", Start), ("hours", Start) })
            DataFile.Execute(connection, $"insert into rollup_progress values ('{name}', {ms.ToString(CultureInfo.InvariantCulture)})");
        using var set = Insert(connection, "metric_sets (team, server, set_id, count, names, used_day)", 6);
        using var minutes = Insert(connection, "metric_minutes (team, server, hour_ms, set_id, block)", 5);
        using var points = Insert(connection, "metric_hours (team, server, hour_ms, set_id, block)", 5);
        for (var hour = 0; hour < Days * 24; hour++)
        {
            DataFile.Execute(connection, "begin");
            var hourMs = Start + (hour * HourWindow.HourMs);
            foreach (var server in servers)
            {
                var rolled = SealedHour.Make(seals.Get(server.Team), server.Server, hourMs, hours[hour % 24]);
                if (hour == 0)
                    set.BindServer(server).Bind(3, rolled.SetId).Bind(4, Metrics).Bind(5, rolled.SealedNames).Bind(6, 0).Run();
                if (server == charted) minutes.BindServer(server).Bind(3, hourMs).Bind(4, rolled.SetId).Bind(5, rolled.Minutes).Run();
                points.BindServer(server).Bind(3, hourMs).Bind(4, rolled.SetId).Bind(5, rolled.Hour).Run();
            }
            DataFile.Execute(connection, "commit");
        }
        DataFile.Execute(connection, "pragma wal_checkpoint(truncate)");
    }

    private static HourRollup Hour(int hour)
    {
        var (window, random) = (new HourWindow(0), new Random(hour));
        window.AddSet(1, Names);
        for (var i = 0; i < 360; i++) window.AddRow(i * 10_000L, 1, PackedValues.Pack(Values(random, i)));
        return window.Finish()!;
    }

    private static double[] Values(Random random, int report) => [.. Enumerable.Range(0, Metrics).Select(i =>
        i % 2 == 0 ? Math.Round(random.NextDouble() * 100, 2) : (report * 1_000_003L) + random.Next(1_000_000))];

    private static NativeStatement Insert(Microsoft.Data.Sqlite.SqliteConnection connection, string into, int columns) =>
        new(connection, $"insert into {into} values ({string.Join(", ", Enumerable.Repeat("?", columns))}) on conflict do nothing");

    private static MetricsQuery Query(ServerKey server, long from, long to, int step) =>
        new(server.Team, server.Server, [Wanted], from, to, step);

    private static NameSet NamesOf(int count)
    {
        var names = Encoding.UTF8.GetBytes(string.Join('\n', Enumerable.Range(0, count).Select(i => $"host.metric_{i}")));
        return new NameSet(NameSet.IdOf(names), count, names);
    }

    private static T Id<T>(Random random) where T : struct, IResourceId<T>
    {
        var bytes = new byte[ResourceId.SizeBytes];
        random.NextBytes(bytes);
        return ResourceId.FromRandom<T>(bytes);
    }
}
