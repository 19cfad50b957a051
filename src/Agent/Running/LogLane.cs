using HostAtlas.Agent.Configuration;
using HostAtlas.Agent.Credentials;
using HostAtlas.Agent.Logs;
using HostAtlas.Agent.Logs.Cursors;
using HostAtlas.Agent.Logs.Journal;
using HostAtlas.Agent.Spool;
using HostAtlas.Agent.Uplink;

namespace HostAtlas.Agent.Running;

/// <summary>Opens what the logs need in STATE and makes their loop.</summary>
internal sealed class LogLane : IDisposable
{
    private readonly ReportSpool _spool;
    private readonly LogReading _reading;

    private LogLane(ReportSpool spool, LogReading reading, LogRun run) => (_spool, _reading, Run) = (spool, reading, run);

    /// <summary>The loop.</summary>
    public LogRun Run { get; }

    /// <summary>Opens it.</summary>
    public static LogLane Open(AgentOptions options, LogOptions logs, PlatformClient client, LaneParts shared)
    {
        var state = shared.State;
        Directory.CreateDirectory(state.LogsPath, FilePermissions.PrivateFolder);
        var cursors = LogCursors.Load(state.LogCursorsPath);
        if (cursors.WasDamaged)
            shared.Log.Warning("How far logs were read was damaged: their last lines may be sent a second time.");
        var spool = ReportSpool.Open(state.LogSpoolPath, state.LogRefusedPath, logs.SpoolMaxBytes, BatchId.Draw, BatchRule.Lines, cursors);
        var reading = new LogReading(logs, options.Redaction, cursors, spool, shared.Time, TimeZoneInfo.Local);
        var lane = new Lane(BatchKind.Logs, spool, state.LogRefusedPath, client, shared);
        var journal = logs.Journald is { } units ? JournalCommand.OfThisHost(units) : null;
        return new LogLane(spool, reading, new LogRun(reading, cursors, lane, shared, journal));
    }

    /// <inheritdoc />
    public void Dispose()
    {
        _reading.Dispose();
        _spool.Dispose();
    }
}
