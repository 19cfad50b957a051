using HostAtlas.Engine.Ingest;
using Microsoft.Extensions.Logging;

namespace HostAtlas.Engine.Logs;

/// <summary>
/// The stream of log lines. Batches may be of 8 MiB, so their bytes are bounded as well as their number: beyond it the door says busy, and
/// the agent keeps them on its disk.
/// </summary>
public sealed class LogsIngest(ILogStore store, EngineOptions options, TimeProvider time, ILogger<LogsIngest> log)
    : IngestStream<LogsItem>(store, options, new IngestBounds(FlushWeight: 5_000, WaitingBytes: 128L << 20), time, log);
