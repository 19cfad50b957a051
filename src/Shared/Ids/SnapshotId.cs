using System.Text.Json.Serialization;

namespace HostAtlas.Shared.Ids;

/// <summary>One snapshot of one server. The object that holds it carries the same UUID, so that a plain copy of a vault needs no
/// list.</summary>
[JsonConverter(typeof(ResourceIdJsonConverter<SnapshotId>))]
public readonly record struct SnapshotId(Guid Value) : IResourceId<SnapshotId>
{
    /// <inheritdoc />
    public static SnapshotId Wrap(Guid value) => new(value);

    /// <summary>The id of the object that holds the snapshot.</summary>
    public ObjectId ObjectId => new(Value);

    /// <summary>Lower case with hyphens.</summary>
    public override string ToString() => Value.ToString("D");
}
