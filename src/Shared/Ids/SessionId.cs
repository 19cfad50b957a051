using System.Text.Json.Serialization;

namespace HostAtlas.Shared.Ids;

/// <summary>A person's session, as it is listed to the person; never the cookie's value.</summary>
[JsonConverter(typeof(ResourceIdJsonConverter<SessionId>))]
public readonly record struct SessionId(Guid Value) : IResourceId<SessionId>
{
    /// <inheritdoc />
    public static SessionId Wrap(Guid value) => new(value);

    /// <summary>Lower case with hyphens.</summary>
    public override string ToString() => Value.ToString("D");
}
