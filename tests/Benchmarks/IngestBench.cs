using HostAtlas.Benchmarks.Hosts;
using HostAtlas.Benchmarks.Load;
using HostAtlas.Benchmarks.Results;
using HostAtlas.Benchmarks.Rivals;
using HostAtlas.Benchmarks.Stores;

namespace HostAtlas.Benchmarks;

/// <summary>
/// Durable ingest from the wire to the disk, ten samples a request: the platform with TLS 1.3, signature and replay check against InfluxDB
/// in plain text and without a credential. Both answer after the report is synced.
/// </summary>
internal static class IngestBench
{
    private const int Samples = 10, Bytes = 512;

    /// <summary>Runs it.</summary>
    public static async Task<ResultPage> RunAsync(BenchOptions options)
    {
        var body = ReportBody.Of(Samples, Bytes);
        await using var influx = options.OursAlone ? null : await RivalServer.StartInfluxAsync();
        await using var toInflux = influx is null ? null : await influx.LoadAsync(body.Names, options.Servers);
        await using var postgres = await PostgresUnderLoad.StartAsync();
        await using var onPostgres = await FullPlatform.StartAsync(await postgres.ConfigurationAsync(), options.Servers);
        await using var toPostgres = await onPostgres.LoadAsync(body);
        await using var embedded = await FullPlatform.StartAsync(new Dictionary<string, string>(), options.Servers);
        await using var toEmbedded = await embedded.LoadAsync(body);
        LoadTarget?[] targets =
        [
            toInflux is null ? null : new("InfluxDB 1.6, line protocol, plain text, no credential", toInflux, () => influx!.CpuTime),
            new("HostAtlas on PostgreSQL, TLS 1.3, signed", toPostgres, () => onPostgres.CpuTime),
            new("HostAtlas, embedded (SQLite), TLS 1.3, signed", toEmbedded, () => embedded.CpuTime),
        ];
        var tables = await LoadContest.RunAsync(options, $"{Samples} samples", [.. targets.OfType<LoadTarget>()]);
        return new ResultPage(
            "ingest", "Durable signed ingest against InfluxDB",
            $"{SignedReports.Connections} kept connections, {options.Servers:N0} servers, {Samples} samples a request ({Bytes} B of JSON; "
            + "the same names and values as line protocol for the rival). Both sides sync before they answer.",
            [tables[0] with { Goal = ">= 2 times InfluxDB, on PostgreSQL" }, .. tables.Skip(1)])
        {
            Notes =
            [
                "The generator signs and encrypts for HostAtlas and does neither for InfluxDB, on the same cores: its work is in the "
                + "figures of throughput and works against HostAtlas. The server's processor time a request leaves it out.",
                "PostgreSQL's own processes are not in the processor time of the platform that stores there.",
            ],
        };
    }
}
