using HostAtlas.Benchmarks.Results;

namespace HostAtlas.Benchmarks;

/// <summary>A benchmark by its name.</summary>
/// <param name="What">One line for the list.</param>
/// <param name="Defaults">Sane enough to end within three minutes; <c>backup</c> takes half an hour, for its tree is its point.</param>
/// <param name="RunAsync">Runs it; its rivals are started and stopped within.</param>
internal sealed record Benchmark(string What, BenchOptions Defaults, Func<BenchOptions, Task<ResultPage>> RunAsync)
{
    /// <summary>All there are.</summary>
    public static IReadOnlyDictionary<string, Benchmark> All { get; } = new SortedDictionary<string, Benchmark>(StringComparer.Ordinal)
    {
        ["atrest"] = new(
            "bytes a sample at rest, as written (--seconds: days of reports)", new BenchOptions(5, 30, 4), AtRestBench.RunAsync),
        ["backup"] = new(
            "first and second backup and restore, against restic and borg (--seconds: 70 MB of tree each)", new BenchOptions(5, 30, 1),
            BackupBench.RunAsync),
        ["backup-s3"] = new(
            "the same on a real S3 server, against restic's own S3 backend", new BenchOptions(5, 10, 1), BackupS3Bench.RunAsync),
        ["batches"] = new(
            "durable samples a second in batches of 5,000, against VictoriaMetrics", new BenchOptions(5, 2, 200), BatchBench.RunAsync),
        ["gate"] = new(
            "what the ransomware gate sees and flags by mistake, beside \"entropy above 7.95 and no magic\" (--seconds: 800 files each)",
            new BenchOptions(5, 30, 1), GateBench.RunAsync),
        ["ingest"] = new(
            "durable signed ingest from the wire to the disk, against InfluxDB", new BenchOptions(5, 2, 400), IngestBench.RunAsync),
        ["query"] = new(
            "charts of a day and of thirty days over sealed rows, against plain SQLite that reads the same rows",
            new BenchOptions(21, 2, 1_000), QueryBench.RunAsync),
        ["redaction"] = new(
            "a mixed log with one secret in a hundred lines, against sed and ripgrep (--seconds: 61,000 lines each)",
                new BenchOptions(5, 30, 1),
            RedactionBench.RunAsync),
        ["sqlite"] = new(
            "durable embedded ingest, against raw SQLite on the same schema", new BenchOptions(5, 2, 200), SqliteBench.RunAsync),
        ["verify"] = new(
            "a signed request of 512 B and of 4 KiB, no store, against bare Kestrel", new BenchOptions(5, 2, 2_000), VerifyBench.RunAsync),
    };
}
