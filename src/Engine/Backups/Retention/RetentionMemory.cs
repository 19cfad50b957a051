using System.Text.Json.Serialization;

namespace HostAtlas.Engine.Backups.Retention;

/// <summary>What a chain remembers of retention: what people chose, and how far its sweeps have come.</summary>
public sealed record RetentionMemory
{
    /// <summary>Before any choice and any sweep.</summary>
    public static readonly RetentionMemory Nothing = new();

    /// <summary>Null: <see cref="RetentionPolicy.Default"/>.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public RetentionPolicy? Policy { get; init; }

    /// <summary>Null: <see cref="RetentionFloor.Default"/>.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public RetentionFloor? Floor { get; init; }

    /// <summary>What is chosen is the team's default, which was taken over; else it was chosen for this server.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool Inherited { get; init; }

    /// <summary>Whether the team's default counts here.</summary>
    internal bool Inherits => Policy is null || Inherited;

    /// <summary>Nothing goes before: a person cancelled. Null: nobody did.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DateTimeOffset? HeldUntil { get; init; }

    /// <summary>
    /// Steps of sweeps that came to be. What a step writes into the tables carries its number; a row of a higher one is of a step that was
    /// never journalled, and counts as if it had not been written.
    /// </summary>
    public long Steps { get; init; }

    /// <summary>The vault of a deleted server was removed.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool Cleared { get; init; }

    /// <summary>The counts that hold.</summary>
    public RetentionPolicy Counts => Policy ?? RetentionPolicy.Default;

    /// <summary>The days that hold, and a lower number that waits.</summary>
    public RetentionFloor Days => Floor ?? RetentionFloor.Default;
}
