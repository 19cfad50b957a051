using System.Text.Json.Serialization;

namespace HostAtlas.Shared.Ids;

/// <summary>One sealed object of a backup repository: a pack, an index or a snapshot.</summary>
[JsonConverter(typeof(ResourceIdJsonConverter<ObjectId>))]
public readonly record struct ObjectId(Guid Value) : IResourceId<ObjectId>
{
    /// <inheritdoc />
    public static ObjectId Wrap(Guid value) => new(value);

    /// <summary>Lower case with hyphens.</summary>
    public override string ToString() => Value.ToString("D");
}
