using HostAtlas.Agent.Backup.Format;
using HostAtlas.Agent.Progress;
using HostAtlas.Shared.Backups;

namespace HostAtlas.Agent.Restore;

/// <summary>Counts and tells what a verification found: for people lines, for programs a JSON object a line. Thread-safe.</summary>
/// <param name="result">The end's line, or all events.</param>
/// <param name="trouble">What was found, for people.</param>
/// <param name="json">Whether programs read it.</param>
internal sealed class VerifyReport(Action<string> result, Action<string> trouble, bool json) : IVerifyEvents
{
    private readonly Lock _lock = new();
    private readonly HashSet<string> _told = [];
    private readonly HashSet<ObjectName> _damaged = [];
    private long _faults, _paths;

    /// <summary>Objects that are missing or damaged.</summary>
    public IReadOnlyList<ObjectName> DamagedObjects
    {
        get
        {
            lock (_lock) return [.. _damaged];
        }
    }

    /// <summary>Whether all is as it should be.</summary>
    public bool IsClean => _faults == 0 && _paths == 0;

    /// <inheritdoc />
    public void Fault(string what)
    {
        lock (_lock)
        {
            if (_told.Count > 100_000 || !_told.Add(what)) return;
            _faults++;
            if (!json) trouble(what);
            else result(JsonLine.Of(writer =>
            {
                writer.WriteString("event", "fault");
                writer.WriteString("what", what);
            }));
        }
    }

    /// <inheritdoc />
    public void Damaged(ObjectName name)
    {
        lock (_lock) _damaged.Add(name);
    }

    /// <inheritdoc />
    public void LostPath(FoundSnapshot snapshot, ReadOnlyMemory<byte> path, string why)
    {
        lock (_lock)
        {
            _paths++;
            var shown = TreeNames.DisplayPath(path.Span);
            if (!json) trouble($"{shown} of snapshot {snapshot.Document.Generation} is damaged: {why}");
            else result(JsonLine.Of(writer =>
            {
                writer.WriteString("event", "damaged");
                writer.WriteString("snapshot", snapshot.Document.Id.ToString());
                writer.WriteNumber("generation", snapshot.Document.Generation);
                TreeNames.WritePath(writer, path.Span);
                writer.WriteString("why", why);
            }));
        }
    }

    /// <summary>Something that is no fault.</summary>
    public void Note(string text)
    {
        lock (_lock)
        {
            if (!json) trouble(text);
            else result(JsonLine.Of(writer =>
            {
                writer.WriteString("event", "note");
                writer.WriteString("text", text);
            }));
        }
    }

    /// <summary>How far the reading is.</summary>
    public void Progress(WorkProgress now, double bytesPerSecond, TimeSpan? left)
    {
        lock (_lock)
        {
            if (!json)
            {
                trouble(ProgressText.Line(now, bytesPerSecond, left).Replace(" files", " packs", StringComparison.Ordinal));
                return;
            }
            result(JsonLine.Of(writer =>
            {
                writer.WriteString("event", "progress");
                writer.WriteNumber("packs", now.Files);
                writer.WriteNumber("packsTotal", now.FilesTotal);
                writer.WriteNumber("bytes", now.Bytes);
                writer.WriteNumber("bytesTotal", now.BytesTotal);
                if (left is { } time) writer.WriteNumber("secondsLeft", (long)time.TotalSeconds);
            }));
        }
    }

    /// <summary>The end.</summary>
    public void End(IReadOnlyList<FoundSnapshot> snapshots, VerifyRun run, int exitCode)
    {
        if (json)
        {
            result(JsonLine.Of(writer =>
            {
                writer.WriteString("event", "done");
                writer.WriteNumber("snapshots", snapshots.Count);
                writer.WriteNumber("newestGeneration", snapshots[0].Document.Generation);
                writer.WriteString("newestFingerprint", snapshots[0].Fingerprint);
                writer.WriteNumber("files", run.Files);
                writer.WriteNumber("packsRead", run.PacksRead);
                writer.WriteNumber("faults", _faults);
                writer.WriteNumber("damagedPaths", _paths);
                writer.WriteNumber("exitCode", exitCode);
            }));
            return;
        }
        var which = snapshots.Count == 1 ? $"Snapshot {snapshots[0]}" : $"{snapshots.Count:N0} snapshots, the newest {snapshots[0]}";
        var what = run.PacksRead > 0 ? $"{run.Files:N0} files checked, {run.PacksRead:N0} packs read and hashed"
            : $"{run.Files:N0} files checked; their packs are there and were not read (--read-data reads them)";
        result(IsClean ? $"{which}: {what}. Everything is as it should be."
            : $"{which}: {what}. {_faults:N0} faults, {_paths:N0} paths damaged; they are named above.");
    }
}
