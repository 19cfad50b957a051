using System.Text.Json;
using System.Text.Json.Serialization;
using HostAtlas.Agent.Credentials;
using HostAtlas.Agent.Spool;
using HostAtlas.Agent.Uplink;
using HostAtlas.Shared.Ids;

namespace HostAtlas.Agent.Status;

/// <summary>STATE/status.json: what the running agent writes every few seconds, so that another process can tell how it fares.</summary>
public sealed record AgentStatus
{
    /// <summary>The agent's version.</summary>
    public required string Version { get; init; }

    /// <summary>The process.</summary>
    public required int ProcessId { get; init; }

    /// <summary>When the process started.</summary>
    public required DateTimeOffset StartedAt { get; init; }

    /// <summary>When this was written.</summary>
    public required DateTimeOffset UpdatedAt { get; init; }

    /// <summary>The platform.</summary>
    public required string Url { get; init; }

    /// <summary>The server that the token names.</summary>
    public required ServerId Server { get; init; }

    /// <summary>Seconds from one report to the next.</summary>
    public required double IntervalSeconds { get; init; }

    /// <summary>The newest report's time.</summary>
    public DateTimeOffset? LastReportAt { get; init; }

    /// <summary>When the platform last acknowledged something.</summary>
    public DateTimeOffset? LastAcceptedAt { get; init; }

    /// <summary>The queue.</summary>
    public required SpoolLevel Spool { get; init; }

    /// <summary>The platform's clock minus this host's.</summary>
    public required double ClockOffsetSeconds { get; init; }

    /// <summary>Why nothing goes out; null when it does.</summary>
    public UplinkFault? Fault { get; init; }

    /// <summary>Since when.</summary>
    public DateTimeOffset? FaultSince { get; init; }

    /// <summary>The logs; null when none are read.</summary>
    public LogStatus? Logs { get; init; }

    /// <summary>The platform's commands; null when this host's owner wants none.</summary>
    public CommandsStatus? Commands { get; init; }

    /// <summary>Replaces the file; a reader sees the old or the new one. Not flushed: it is worth nothing after a power failure.</summary>
    public void Save(string path) =>
        AtomicFile.Write(path, JsonSerializer.SerializeToUtf8Bytes(this, StatusJson.Default.AgentStatus), durable: false);

    /// <summary>Reads the file; null when there is none or it is damaged.</summary>
    public static AgentStatus? Load(string path)
    {
        try
        {
            return File.Exists(path) ? JsonSerializer.Deserialize(File.ReadAllBytes(path), StatusJson.Default.AgentStatus) : null;
        }
        catch (JsonException)
        {
            // It tells of a process that is gone or will write it again in seconds; the look goes on without it.
            return null;
        }
    }
}

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, WriteIndented = true)]
[JsonSerializable(typeof(AgentStatus))]
[JsonSerializable(typeof(StatusReport))]
internal sealed partial class StatusJson : JsonSerializerContext;
