using HostAtlas.Engine.Ingest;
using HostAtlas.Engine.Presence;

namespace HostAtlas.Engine.Logs;

/// <summary>Where lines become durable; one implementation a store.</summary>
public interface ILogStore : IFlushStore<LogsItem>;

/// <summary>Reads what the database keeps of lines, sealed as it lies there; one implementation a store.</summary>
public interface ILogSource
{
    /// <summary>
    /// Visits a server's lines from the newest on, those before <paramref name="before"/> and from <paramref name="fromMs"/> (inclusive)
    /// on, of one moment of the database, until the visitor says that it has enough. Reads in steps: what is not visited is not read.
    /// </summary>
    Task VisitAsync(ServerKey server, long fromMs, LogPlace before, SealedLineVisitor visit, CancellationToken cancellation);
}

/// <summary>
/// A line's place in the order of a server's lines: by time, then by batch, then as the batch has them. The batch's key is random, so lines
/// of two batches and one millisecond stand in no meaning's order, but in the same one each time.
/// </summary>
public readonly record struct LogPlace(long AtMs, long Key, int Number)
{
    /// <summary>Behind every line before a time (exclusive).</summary>
    public static LogPlace Before(long toMs) => new(toMs, long.MinValue, int.MinValue);
}

/// <summary>A line as the database has it; false: enough. The bytes are valid during the call only.</summary>
public delegate bool SealedLineVisitor(LogPlace place, ReadOnlySpan<byte> sealedBytes);
