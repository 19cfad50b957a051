namespace HostAtlas.Shared.Wire;

/// <summary>The body of <c>POST /api/agent/logs</c>. A batch keeps its id over every retry.</summary>
public sealed record LogsBatch(Guid Batch, IReadOnlyList<LogLine> Lines);

/// <summary>
/// One line, as the agent's redaction left it. <paramref name="At"/>: Unix milliseconds. <paramref name="Source"/>: the file's path, or
/// what the agent calls another place; 1-1,024 characters. <paramref name="Text"/>: at most 64 KiB of UTF-8, without its line end.
/// </summary>
public sealed record LogLine(long At, string Source, string Text);

/// <summary>The answer 202: what is durable now. <paramref name="Expired"/> counts lines older than the retention; they are not
/// stored.</summary>
public sealed record LogsAccepted(int Lines, int Expired);
