using HostAtlas.Benchmarks.Hosts;
using HostAtlas.Benchmarks.Load;
using HostAtlas.Benchmarks.Results;
using HostAtlas.Gateway.Ingest;

namespace HostAtlas.Benchmarks;

/// <summary>
/// What the platform's checks cost on top of the web server: the same signed requests over TLS 1.3 to a bare Kestrel that reads them and
/// says 202, to the gateway alone, and to the gateway with its doors. No store behind any of them.
/// </summary>
internal static class VerifyBench
{
    private static readonly (int Samples, int Bytes, string Goal)[] Sizes =
    [
        (10, 512, ">= 0.88 of bare Kestrel"),
        (92, 4096, ">= 0.70 of bare Kestrel"),
    ];

    /// <summary>Runs it.</summary>
    public static async Task<ResultPage> RunAsync(BenchOptions options)
    {
        var starting = (
            HostProcess.StartAsync(HostVerbs.Bare), HostProcess.StartAsync(HostVerbs.GatewayOnly, options.Servers),
            HostProcess.StartAsync(HostVerbs.Storeless, options.Servers));
        await using var bare = await starting.Item1;
        await using var gateway = await starting.Item2;
        await using var platform = await starting.Item3;
        // Bare Kestrel does not look: it gets requests of the gateway's servers.
        var (ofBare, ofGateway, ofPlatform) = (Enrolled(gateway), Enrolled(gateway), Enrolled(platform));
        var tables = new List<ResultTable>();
        foreach (var (samples, bytes, goal) in Sizes)
        {
            var body = ReportBody.Of(samples, bytes);
            await using var toBare = await OpenAsync(bare, ofBare, body);
            await using var toGateway = await OpenAsync(gateway, ofGateway, body);
            await using var toPlatform = await OpenAsync(platform, ofPlatform, body);
            var measured = await LoadContest.RunAsync(options, $"{bytes} B, {samples} samples",
            [
                new("bare Kestrel: reads the body, answers 202", toBare, () => bare.CpuTime),
                new("HostAtlas: verified and decoded, an actor says yes", toGateway, () => gateway.CpuTime),
                new("HostAtlas: verified, decoded and through the server's door", toPlatform, () => platform.CpuTime),
            ]);
            tables.AddRange(measured.Select((table, i) => i == 0 ? table with { Goal = goal } : table));
        }
        return new ResultPage(
            "verify", "Verifying a signed request against bare Kestrel",
            $"{SignedReports.Connections} kept TLS 1.3 connections, {options.Servers:N0} enrolled servers, every request signed at the "
            + "moment it is sent. No store: reports are accepted where they would enter the data plane.",
            tables)
        {
            Notes =
            [
                "Generator and servers are processes of the same machine, so the generator's own work is in every figure of throughput and "
                + "flatters the ratio; the server's processor time a request leaves it out and is the stricter measure.",
                "Kestrel answers without a body or a security header, HostAtlas with both.",
            ],
        };
    }

    private static EnrolledServer[] Enrolled(HostProcess host) =>
        [.. host.Tokens.Select(token => new EnrolledServer(token, MetricsEndpoint.MetricsPath))];

    private static Task<LoadGenerator> OpenAsync(HostProcess host, IReadOnlyList<EnrolledServer> servers, ReportBody body) =>
        LoadGenerator.OpenAsync(
            host.Url, host.Authority, 202, SignedReports.ForAll(host.Url.Authority, MetricsEndpoint.MetricsPath, servers, body));
}
