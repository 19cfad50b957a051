using System.Text;
using System.Text.Json;
using HostAtlas.Agent.Backup.Format;
using HostAtlas.Agent.Progress;

namespace HostAtlas.Agent.Restore;

/// <summary>
/// Counts what a restore did and tells it: for people a line for each thing that is not as it should be and one at the end, for programs a
/// JSON object a line. Thread-safe.
/// </summary>
/// <param name="result">What was asked for: the end's line, or all events.</param>
/// <param name="trouble">What is not as it should be, for people.</param>
/// <param name="json">Whether programs read it.</param>
/// <param name="progress">Counted along.</param>
internal sealed class RestoreReport(Action<string> result, Action<string> trouble, bool json, WorkProgress progress) : IRestoreEvents
{
    private readonly Lock _lock = new();
    private readonly HashSet<string> _damages = [];
    private long _files, _directories, _others, _bytes, _kept, _failed, _heldBack, _heldBackRestored, _lessened;

    /// <summary>Whether something that was wanted is not there as it should be.</summary>
    public bool IsPartial => _failed > 0 || _lessened > 0 || _heldBack > _heldBackRestored;

    /// <inheritdoc />
    public void Restored(ReadOnlyMemory<byte> path, TreeEntry entry)
    {
        switch (entry.Type)
        {
            case TreeEntryType.File:
                Interlocked.Increment(ref _files);
                Interlocked.Add(ref _bytes, entry.Size);
                break;
            case TreeEntryType.Directory: Interlocked.Increment(ref _directories); break;
            default: Interlocked.Increment(ref _others); break;
        }
    }

    /// <inheritdoc />
    public void Written(long bytes) => progress.Add(0, bytes);

    /// <inheritdoc />
    public void Completed() => progress.Add(1, 0);

    /// <inheritdoc />
    public void Kept(ReadOnlyMemory<byte> path, TreeEntry entry)
    {
        Interlocked.Increment(ref _kept);
        if (entry.Type == TreeEntryType.File) progress.Add(1, entry.Size);
    }

    /// <inheritdoc />
    public void Failed(ReadOnlyMemory<byte> path, string why)
    {
        Interlocked.Increment(ref _failed);
        Tell($"{TreeNames.DisplayPath(path.Span)} is not restored: {why}", writer =>
        {
            writer.WriteString("event", "failed");
            TreeNames.WritePath(writer, path.Span);
            writer.WriteString("why", why);
        });
    }

    /// <inheritdoc />
    public void Lessened() => Interlocked.Increment(ref _lessened);

    /// <inheritdoc />
    public void HeldBack(ReadOnlyMemory<byte> path, DateTimeOffset since, bool isRestored)
    {
        Interlocked.Increment(ref _heldBack);
        if (isRestored) Interlocked.Increment(ref _heldBackRestored);
        var when = $"{since.UtcDateTime:yyyy-MM-dd HH:mm} UTC";
        Tell(isRestored ? $"{TreeNames.DisplayPath(path.Span)} is held back since {when}: this is its last clean version."
            : $"{TreeNames.DisplayPath(path.Span)} is held back since {when} and is not restored; --held-back restores its last clean "
                + "version.", writer =>
        {
            writer.WriteString("event", "heldBack");
            TreeNames.WritePath(writer, path.Span);
            writer.WriteString("since", UtcTime.Format(since));
            writer.WriteBoolean("restored", isRestored);
        });
    }

    /// <inheritdoc />
    public void Damaged(string what)
    {
        lock (_lock)
        {
            // One damaged pack is met once for each of its chunks.
            if (_damages.Count > 10_000 || !_damages.Add(what)) return;
        }
        Tell(what, writer =>
        {
            writer.WriteString("event", "damaged");
            writer.WriteString("what", what);
        });
    }

    /// <summary>Something else that somebody should know.</summary>
    public void Note(string text) => Tell(text, writer =>
    {
        writer.WriteString("event", "note");
        writer.WriteString("text", text);
    });

    /// <summary>Which snapshot it is.</summary>
    public void Begin(FoundSnapshot snapshot)
    {
        if (!json) trouble($"Restoring snapshot {snapshot} of {snapshot.Document.Host.Name}.");
        else Write(writer =>
        {
            writer.WriteString("event", "snapshot");
            writer.WriteString("snapshot", snapshot.Document.Id.ToString());
            writer.WriteNumber("generation", snapshot.Document.Generation);
            writer.WriteString("fingerprint", snapshot.Fingerprint);
            writer.WriteString("at", UtcTime.Format(snapshot.Document.Time));
            writer.WriteNumber("files", progress.FilesTotal);
            writer.WriteNumber("bytes", progress.BytesTotal);
        });
    }

    /// <summary>How far it is.</summary>
    public void Progress(WorkProgress now, double bytesPerSecond, TimeSpan? left)
    {
        if (!json) trouble(ProgressText.Line(now, bytesPerSecond, left));
        else Write(writer =>
        {
            writer.WriteString("event", "progress");
            writer.WriteNumber("files", now.Files);
            writer.WriteNumber("filesTotal", now.FilesTotal);
            writer.WriteNumber("bytes", now.Bytes);
            writer.WriteNumber("bytesTotal", now.BytesTotal);
            writer.WriteNumber("bytesPerSecond", (long)bytesPerSecond);
            if (left is { } time) writer.WriteNumber("secondsLeft", (long)time.TotalSeconds);
        });
    }

    /// <summary>The end.</summary>
    public void End(int exitCode, bool keepsAsAsked)
    {
        if (json)
        {
            Write(writer =>
            {
                writer.WriteString("event", "done");
                writer.WriteNumber("files", _files);
                writer.WriteNumber("directories", _directories);
                writer.WriteNumber("others", _others);
                writer.WriteNumber("bytes", _bytes);
                writer.WriteNumber("kept", _kept);
                writer.WriteNumber("failed", _failed);
                writer.WriteNumber("lessened", _lessened);
                writer.WriteNumber("heldBack", _heldBack);
                writer.WriteNumber("heldBackRestored", _heldBackRestored);
                writer.WriteNumber("exitCode", exitCode);
            });
            return;
        }
        var text = new StringBuilder(
            $"Restored {_files:N0} files ({ProgressText.Bytes(_bytes)}), {_directories:N0} directories, {_others:N0} others.");
        if (_kept > 0)
            text.Append(keepsAsAsked ? $" {_kept:N0} were there and unchanged."
                : $" {_kept:N0} were there already and were left as they are; --overwrite changed replaces what differs.");
        if (_heldBack > 0)
            text.Append($" {_heldBack:N0} are held back, {_heldBackRestored:N0} of them restored in their last clean version.");
        if (_lessened > 0)
            text.Append($" {_lessened:N0} are not as they were: owners, set-id bits or attributes could not be given back. "
                + "Restore as root, onto a file system that holds them.");
        if (_failed > 0) text.Append($" {_failed:N0} could not be restored; they are named above.");
        result(text.ToString());
    }

    private void Tell(string text, Action<Utf8JsonWriter> write)
    {
        if (json) Write(write);
        else
        {
            lock (_lock) trouble(text);
        }
    }

    private void Write(Action<Utf8JsonWriter> members)
    {
        var line = JsonLine.Of(members);
        lock (_lock) result(line);
    }
}
