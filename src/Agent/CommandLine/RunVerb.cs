using System.CommandLine;
using HostAtlas.Agent.Backup.Schedule;
using HostAtlas.Agent.Commands;
using HostAtlas.Agent.Configuration;
using HostAtlas.Agent.Credentials;
using HostAtlas.Agent.Inventory;
using HostAtlas.Agent.Running;
using HostAtlas.Agent.Spool;
using HostAtlas.Agent.Uplink;

namespace HostAtlas.Agent.CommandLine;

/// <summary><c>run</c>: takes reports and sends them until SIGTERM or SIGINT.</summary>
internal static class RunVerb
{
    private static readonly TimeSpan PlacePause = TimeSpan.FromMilliseconds(100);
    private const int PlaceAttempts = 10;

    public static Command Command(CommonOptions common, AgentSurroundings around, Func<Func<Task<int>>, Task<int>> guard)
    {
        var command = new Command("run",
            "Takes a report at each interval and sends it. Stops on SIGTERM or Ctrl-C; what was not sent waits on the disk.");
        command.SetAction((parsed, stop) => guard(async () =>
        {
            var options = ConfigFile.Load(parsed.GetValue(common.Config)!);
            var state = StateFolder.OpenOrCreate(parsed.GetValue(common.State)!);
            if (state.ReadToken() is not { } token)
                throw new VerbFailedException(ExitCode.Failed,
                    "this agent is not enrolled; run hostatlas-agent enroll --url URL --token-file FILE");
            using var place = await TakePlaceAsync(state, around.Time, stop);
            using var client = Connection.Open(options.Url, options.CaFile, options.HttpsProxy, around);
            using var spool = ReportSpool.Open(state.SpoolPath, state.RefusedPath, options.SpoolMaxBytes, BatchId.Draw);
            var log = new EventLog(TextWriter.Synchronized(around.Error), around.Time, parsed.GetValue(common.Json));
            log.Info($"hostatlas-agent {AgentVersion.Text} watches server {token.Server} for {AgentToml.Origin(options.Url)}, "
                + $"a report each {UnitText.Write(options.Interval)}; {spool.Level.Reports} reports wait.");
            if (spool.TornBytes > 0)
                log.Info($"Cut {spool.TornBytes} bytes of a report that the last end of the process left half written.");
            if (spool.PlanWasDamaged)
                log.Warning("The spool's plan was damaged: reports sent just before the last stop may be stored twice.");
            var collector = around.NewCollector();
            // Rates need two readings: with this one the first report has them already.
            collector.Collect();
            var together = around with { Random = OneAtATime(around.Random) };
            var shared = new LaneParts(state, options.Url.Authority, new PlatformClock(), log, around.Time, together.Random);
            using var logClient = options.Logs is null ? null : Connection.Open(options.Url, options.CaFile, options.HttpsProxy, around);
            using var logs = options.Logs is { } logOptions ? LogLane.Open(options, logOptions, logClient!, shared) : null;
            var lane = new Lane(BatchKind.Metrics, spool, state.RefusedPath, client, shared);
            using var inventory = InventoryLane.Open(options, state, together, log, shared.Clock);
            using var commands = OpenCommandLane.Open(options, state, together, log, shared.Clock, inventory.Reporter);
            var reports = new AgentRun(options, new AgentRunParts(
                shared, spool, lane, collector, () => logs?.Run.Status, () => commands.Lane.Status));
            List<Func<CancellationToken, Task>> loops =
            [
                reports.RunAsync, new ScheduledBackups(options, state, together, log).RunAsync,
                new ScheduledDrills(options, state, together, log).RunAsync, inventory.RunAsync, commands.Lane.RunAsync,
            ];
            if (logs is not null) loops.Add(logs.Run.RunAsync);
            await Loops.RunAsync(loops, stop);
            return ExitCode.Done;
        }));
        return command;
    }

    // One source of chance for several loops.
    private static Func<double> OneAtATime(Func<double> random)
    {
        var gate = new Lock();
        return () =>
        {
            lock (gate) return random();
        };
    }

    private static async Task<IDisposable> TakePlaceAsync(StateFolder state, TimeProvider time, CancellationToken stop)
    {
        for (var attempt = 1; ; attempt++)
        {
            if (state.TryTakePlace() is { } place) return place;
            // `status` holds the place for an instant while it looks.
            if (attempt == PlaceAttempts)
                throw new VerbFailedException(ExitCode.Failed,
                    $"another agent runs already on {state.FolderPath}; stop it, or name another folder with --state DIR");
            await Task.Delay(PlacePause, time, stop);
        }
    }
}
