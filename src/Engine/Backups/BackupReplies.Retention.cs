using System.Text.Json.Serialization;
using HostAtlas.Engine.Backups.Retention;
using HostAtlas.Engine.Cluster;
using HostAtlas.Shared.Backups;

namespace HostAtlas.Engine.Backups;

/// <summary>What a step of a sweep did, or would do. <paramref name="Stop"/>: what kept it from doing more.</summary>
public sealed record SweepDone(RetentionStop Stop) : IEngineReply
{
    /// <summary>Snapshots that expired.</summary>
    public int Expired { get; init; }

    /// <summary>Objects that were noticed.</summary>
    public ObjectSum Noticed { get; init; }

    /// <summary>Objects that were marked.</summary>
    public ObjectSum Marked { get; init; }

    /// <summary>Objects that were deleted.</summary>
    public ObjectSum Deleted { get; init; }

    /// <summary>Objects that the vault refuses to delete; told with the last page.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public HeldSum Held { get; init; }

    /// <summary>The step has another page: ask again with <see cref="Next"/>.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool More { get; init; }

    /// <summary>Where the page ended.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ObjectName? Next { get; init; }
}

/// <summary>So many objects of so many bytes.</summary>
public readonly record struct ObjectSum(int Objects, long Bytes)
{
    /// <summary>Both together.</summary>
    public static ObjectSum operator +(ObjectSum left, ObjectSum right) => new(left.Objects + right.Objects, left.Bytes + right.Bytes);
}

/// <summary>How retention stands. <paramref name="Stop"/>: what keeps it from going on now.</summary>
public sealed record RetentionStanding(
    RetentionPolicy Policy, RetentionFloor Floor, RetentionStop Stop, DateTimeOffset? HeldUntil, long Steps)
{
    /// <summary>Nobody chose for the server itself: the team's default holds, or will from the next sweep on.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool Inherits { get; init; }
}
