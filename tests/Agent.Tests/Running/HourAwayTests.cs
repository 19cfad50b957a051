using HostAtlas.Agent.Collect;
using HostAtlas.Agent.Configuration;
using HostAtlas.Agent.Credentials;
using HostAtlas.Agent.Logs;
using HostAtlas.Agent.Logs.Cursors;
using HostAtlas.Agent.Logs.Files;
using HostAtlas.Agent.Running;
using HostAtlas.Agent.Spool;
using HostAtlas.Agent.Tests.Platform;
using HostAtlas.Agent.Uplink;
using HostAtlas.TestSupport;

namespace HostAtlas.Agent.Tests.Running;

/// <summary>Both lanes over an hour and a half of simulated time, against a real TLS server that is away for one of them.</summary>
public sealed class HourAwayTests : IAsyncLifetime
{
    private const long SpoolMaxBytes = 1 << 20;
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(30), Limit = TimeSpan.FromSeconds(60);

    private readonly TempFolder _folder = new();
    private readonly TestAuthority _authority = new();
    private readonly SimulatedTime _time = new(TimeProvider.System.GetUtcNow());
    private readonly DateTimeOffset _started = TimeProvider.System.GetUtcNow();
    private readonly List<string> _written = [];
    private TestPlatform _platform = null!;

    [Fact]
    public async Task Every_report_and_line_arrives_once_in_order_and_the_spools_stay_within_their_bounds()
    {
        using var agent = new AgentLoops(this);
        using var stop = new CancellationTokenSource();
        var running = Loops.RunAsync([agent.Reports.RunAsync, agent.Logs.RunAsync], stop.Token);
        await PassAsync(agent, TimeSpan.FromMinutes(2));
        Assert.NotEmpty(_platform.Stored);
        var (stored, lines, port) = (_platform.Stored.Keys.Select(k => k.At).ToList(), _platform.LinesInOrder.ToList(), _platform.Url.Port);
        await _platform.DisposeAsync();

        await PassAsync(agent, TimeSpan.FromHours(1));
        Assert.InRange(agent.ReportLane.Level.Reports, 110, 121);
        _platform = await StartAsync(port);
        await PassAsync(agent, TimeSpan.FromMinutes(8));
        Assert.Equal((0, 0), (agent.LogLane.Level.Gap.Reports, agent.ReportLane.Level.Gap.Reports));
        await stop.CancelAsync();
        await running;

        var order = _platform.Seen.SelectMany(batch => batch.Reports).Select(report => report.At).Distinct().ToList();
        Assert.Equal(order.Order(), order);
        var times = stored.Concat(_platform.Stored.Keys.Select(k => k.At)).Order().ToList();
        Assert.Equal(times.Distinct(), times);
        // The first comes a second after the start, the others on the grid, give or take what the clock was moved meanwhile.
        Assert.All(times.Skip(2).Zip(times.Skip(1)), pair =>
            Assert.Equal(1, Math.Round((pair.First - pair.Second) / Interval.TotalMilliseconds)));
        Assert.Equal(_written, lines.Concat(_platform.LinesInOrder).Select(line => line.Text));
    }

    public async Task InitializeAsync()
    {
        Directory.CreateDirectory(_folder.File("logs"));
        File.WriteAllText(Log, "");
        File.WriteAllText(_folder.File("ca.pem"), _authority.Pem);
        StateFolder.OpenOrCreate(_folder.File("state")).WriteToken(TestTokens.Parsed());
        _platform = await StartAsync(0);
    }

    public async Task DisposeAsync()
    {
        await _platform.DisposeAsync();
        _folder.Dispose();
    }

    private string Log => _folder.File("logs", "app.log");

    private async Task<TestPlatform> StartAsync(int port)
    {
        var platform = await TestPlatform.StartAsync(_authority.Sign(), port: port);
        platform.Tokens[TestTokens.Agent()] = true;
        return platform;
    }

    // From timer to timer; a line is logged every half a minute. Time stands while a request is on its way.
    private async Task PassAsync(AgentLoops agent, TimeSpan span)
    {
        var end = _time.GetUtcNow() + span;
        while (_time.GetUtcNow() < end)
        {
            await _time.UntilAsync(() => _time.Waiting == 2 && agent.ReportLane.Flight is null && agent.LogLane.Flight is null, Limit);
            if (_time.GetUtcNow() >= _started + (_written.Count * Interval))
            {
                _written.Add($"line {_written.Count}");
                File.AppendAllText(Log, _written[^1] + "\n");
            }
            _time.AdvanceToNext();
            Assert.InRange(agent.ReportLane.Level.Bytes, 0, SpoolMaxBytes);
            Assert.InRange(agent.LogLane.Level.Bytes, 0, SpoolMaxBytes);
        }
    }

    private sealed class AgentLoops : IDisposable
    {
        private readonly List<IDisposable> _owned = [];

        public AgentLoops(HourAwayTests test)
        {
            var state = StateFolder.OpenOrCreate(test._folder.File("state"));
            var options = new AgentOptions { Url = test._platform.Url, Interval = Interval, SpoolMaxBytes = SpoolMaxBytes };
            var logOptions = new LogOptions { Files = [LogPattern.TryParse(test.Log, out _)!], SpoolMaxBytes = SpoolMaxBytes };
            var chance = new Random(3);
            var log = new EventLog(TextWriter.Null, test._time, json: false);
            var shared = new LaneParts(state, "test", new PlatformClock(), log, test._time, () =>
            {
                lock (chance) return chance.NextDouble();
            });
            PlatformClient Client() => Own(new PlatformClient(test._platform.Url,
                TlsTrust.TryLoad(test._folder.File("ca.pem"), out _)!, null, test._time));
            var spool = Own(ReportSpool.Open(state.SpoolPath, state.RefusedPath, SpoolMaxBytes, BatchId.Draw));
            ReportLane = new Lane(BatchKind.Metrics, spool, state.RefusedPath, Client(), shared);
            var collector = new HostCollector(HostRoots.ThisHost, TimeProvider.System);
            Reports = new AgentRun(options, new AgentRunParts(shared, spool, ReportLane, collector, () => null, () => null));

            Directory.CreateDirectory(state.LogsPath, FilePermissions.PrivateFolder);
            var cursors = LogCursors.Load(state.LogCursorsPath);
            var logSpool = Own(
                ReportSpool.Open(state.LogSpoolPath, state.LogRefusedPath, SpoolMaxBytes, BatchId.Draw, BatchRule.Lines, cursors));
            LogLane = new Lane(BatchKind.Logs, logSpool, state.LogRefusedPath, Client(), shared);
            var reading = Own(new LogReading(logOptions, options.Redaction, cursors, logSpool, test._time, TimeZoneInfo.Utc));
            Logs = new LogRun(reading, cursors, LogLane, shared, null);
        }

        public Lane ReportLane { get; }

        public Lane LogLane { get; }

        public AgentRun Reports { get; }

        public LogRun Logs { get; }

        public void Dispose()
        {
            foreach (var owned in _owned) owned.Dispose();
        }

        private T Own<T>(T owned) where T : IDisposable
        {
            _owned.Add(owned);
            return owned;
        }
    }
}
