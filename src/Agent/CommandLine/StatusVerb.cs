using System.CommandLine;
using HostAtlas.Agent.Backup.Run;
using HostAtlas.Agent.Configuration;
using HostAtlas.Agent.Credentials;
using HostAtlas.Agent.Inventory;
using HostAtlas.Agent.Restore.Drills;
using HostAtlas.Agent.Spool;
using HostAtlas.Agent.Status;
using HostAtlas.Agent.Uplink;
using HostAtlas.Shared.Ids;

namespace HostAtlas.Agent.CommandLine;

/// <summary><c>status</c>: looks into STATE and changes nothing there, whether or not the agent runs.</summary>
internal static class StatusVerb
{
    public static Command Command(CommonOptions common, AgentSurroundings around, Func<Func<Task<int>>, Task<int>> guard)
    {
        var command = new Command("status", "Says whether reports reach the platform, and if not, what to do. Exit code 0: they do.");
        command.SetAction((parsed, _) => guard(async () =>
        {
            var isNamed = parsed.GetResult(common.Config) is { Implicit: false };
            var report = Look(parsed.GetValue(common.State)!, parsed.GetValue(common.Config)!, isNamed, around.Time.GetUtcNow());
            await around.Out.WriteLineAsync(parsed.GetValue(common.Json)
                ? StatusText.WriteJson(report) : StatusText.Write(report, around.Time.GetUtcNow()).TrimEnd());
            return report.Healthy ? ExitCode.Done : ExitCode.Failed;
        }));
        return command;
    }

    private static StatusReport Look(string statePath, string configPath, bool isNamed, DateTimeOffset now)
    {
        // Without a configuration the rest is still worth a look; `run` lists what is wrong with it. But once enrolled a file that was
        // named and is not there is a slip of the finger: `enroll` would have made it.
        AgentOptions? options = null;
        if (File.Exists(configPath) || (isNamed && StateFolder.OpenExisting(statePath)?.ReadToken() is not null))
            options = ConfigFile.Load(configPath);
        var url = options is null ? null : AgentToml.Origin(options.Url);
        if (StateFolder.OpenExisting(statePath) is not { } state) return StatusReport.Of(null, false, null, url, null, now);
        var running = state.IsPlaceTaken();
        var last = AgentStatus.Load(state.StatusPath);
        ServerId? server = state.ReadToken()?.Server;
        // While it runs the agent's own figures hold; afterwards those on the disk do.
        var spool = running ? last?.Spool : ReportSpool.Inspect(state.SpoolPath, options?.SpoolMaxBytes ?? AgentOptions.SpoolDefaultBytes);
        var folder = new RunFolder(state);
        var backup = BackupStatus.Of(options?.Backup?.Schedule, LastRun.Load(folder.Last), folder.IsTaken(), now, TimeZoneInfo.Local);
        var report = StatusReport.Of(server, running, last, url, spool, now, backup) with
        {
            Inventory = InventoryNote.Load(state.InventoryPath),
        };
        if (DrillNote.Load(folder.Drill) is { } drill) report = report.With(drill);
        // It would not start with that, so to say "start it" leads nowhere; one that runs has read the file in better days.
        return !report.Enrolled || running || TlsTrust.TryLoad(options?.CaFile, out var fault) is not null ? report : report with
        {
            Summary = $"The agent is not running and could not start: {fault}.",
            NextStep = $"Put the platform's CA certificate there (ca.pem in its data folder), or name another file by ca in {configPath}.",
        };
    }
}
