using System.Text.Json;
using System.Text.Json.Serialization;
using HostAtlas.Agent.Credentials;
using HostAtlas.Shared.Ids;

namespace HostAtlas.Agent.Commands;

/// <summary>What is known of one command.</summary>
public sealed record LedgerEntry
{
    /// <summary>Its id.</summary>
    public required CommandId Id { get; init; }

    /// <summary>Its kind, as it was written.</summary>
    public required string Kind { get; init; }

    /// <summary>When it was taken, by this host's clock.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>Whether it was begun, not only answered.</summary>
    public bool WasRun { get; init; }

    /// <summary>One of <see cref="Shared.Wire.CommandStatus"/>; null while it goes on.</summary>
    public string? Status { get; init; }

    /// <summary>What the answer says.</summary>
    public string Detail { get; init; } = "";

    /// <summary>The platform has the answer.</summary>
    public bool Told { get; init; }
}

/// <summary>
/// STATE/commands.json: the last commands and what became of them. A command is in it, on the disk, before it is begun: whatever kills this
/// process, the same id is never run a second time. Thread-safe.
/// </summary>
public sealed class CommandLedger
{
    /// <summary>Most entries. More than can be taken within the hour that a command lives, so none is forgotten while it could come
    /// again.</summary>
    public const int MostEntries = 256;

    private readonly Lock _lock = new();
    private readonly string _path;
    private List<LedgerEntry> _entries;

    /// <summary>Opens the file. What was going on when the last process ended has failed: nobody knows how far it came.</summary>
    public CommandLedger(string path)
    {
        _path = path;
        _entries = [.. Load(path).Select(entry => entry.Status is not null ? entry : entry with
        {
            Status = Shared.Wire.CommandStatus.Failed,
            Detail = "the agent was stopped while it ran; it is not run again",
        })];
    }

    /// <summary>All entries, the oldest first.</summary>
    public IReadOnlyList<LedgerEntry> Entries
    {
        get
        {
            lock (_lock) return [.. _entries];
        }
    }

    /// <summary>The oldest that has a result the platform does not have; null: none.</summary>
    public LedgerEntry? NextUntold
    {
        get
        {
            lock (_lock) return _entries.Find(entry => entry is { Status: not null, Told: false });
        }
    }

    /// <summary>Takes a command down.</summary>
    /// <exception cref="IOException">It is not on the disk, and must not be run.</exception>
    public void Add(LedgerEntry entry)
    {
        lock (_lock)
        {
            var kept = _entries.Append(entry).ToList();
            // First goes what the platform has, then what it never fetched; what goes on stays.
            while (kept.Count > MostEntries)
            {
                var victim = kept.FindIndex(one => one.Told);
                if (victim < 0) victim = kept.FindIndex(one => one.Status is not null);
                kept.RemoveAt(Math.Max(0, victim));
            }
            Save(kept);
        }
    }

    /// <summary>Notes what became of a command.</summary>
    public void End(CommandId id, CommandOutcome outcome) =>
        Change(id, entry => entry with { Status = outcome.Status, Detail = outcome.Detail });

    /// <summary>Notes whether the platform has the result.</summary>
    public void Tell(CommandId id, bool told) => Change(id, entry => entry with { Told = told });

    private void Change(CommandId id, Func<LedgerEntry, LedgerEntry> change)
    {
        lock (_lock) Save([.. _entries.Select(entry => entry.Id == id ? change(entry) : entry)]);
    }

    private void Save(List<LedgerEntry> entries)
    {
        AtomicFile.Write(_path, JsonSerializer.SerializeToUtf8Bytes(entries, LedgerJson.Default.ListLedgerEntry));
        _entries = entries;
    }

    private static List<LedgerEntry> Load(string path)
    {
        try
        {
            return File.Exists(path) ? JsonSerializer.Deserialize(File.ReadAllBytes(path), LedgerJson.Default.ListLedgerEntry) ?? [] : [];
        }
        catch (JsonException)
        {
            // The file is written whole or not at all; what spoils it is not this agent, and its commands are over within the hour.
            return [];
        }
    }
}

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(List<LedgerEntry>))]
internal sealed partial class LedgerJson : JsonSerializerContext;
