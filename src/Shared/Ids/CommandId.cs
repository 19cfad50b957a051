using System.Text.Json.Serialization;

namespace HostAtlas.Shared.Ids;

/// <summary>One thing that a person asked an agent to do.</summary>
[JsonConverter(typeof(ResourceIdJsonConverter<CommandId>))]
public readonly record struct CommandId(Guid Value) : IResourceId<CommandId>
{
    /// <inheritdoc />
    public static CommandId Wrap(Guid value) => new(value);

    /// <summary>Lower case with hyphens.</summary>
    public override string ToString() => Value.ToString("D");
}
