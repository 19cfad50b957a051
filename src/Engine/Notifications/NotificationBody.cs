using System.Text.Json;
using System.Text.Json.Serialization;
using HostAtlas.Shared.Ids;
using HostAtlas.Shared.Wire;

namespace HostAtlas.Engine.Notifications;

/// <summary>
/// What a webhook is sent: the body of the Standard Webhooks scheme. The same happening gives the same bytes on every attempt. Pure.
/// </summary>
internal sealed record NotificationBody(string Type, DateTimeOffset Timestamp, NotificationData Data)
{
    /// <summary>The body's bytes.</summary>
    public static byte[] Of(Message message)
    {
        var text = HappeningText.Of(message.Happening);
        var body = new NotificationBody(message.Happening.Type, message.Happening.At.ToUniversalTime(), new NotificationData(
            message.Team, message.Server is { } server ? new NotifiedServer(server, message.Happening.ServerName) : null,
            message.Happening.Cause, message.Happening.Since?.ToUniversalTime(), text.Headline, text.What, text.Next, message.Link));
        return JsonSerializer.SerializeToUtf8Bytes(body, NotificationJson.Default.NotificationBody);
    }
}

/// <summary>The facts and the sentences of a notification.</summary>
/// <param name="Server">Null in a trial.</param>
/// <param name="Link">Where people look at it; null where the platform does not know its own address.</param>
internal sealed record NotificationData(
    TeamId Team, NotifiedServer? Server, string? Cause, DateTimeOffset? Since, string Headline, string What, string Next, string? Link);

/// <summary>The server that it happened to.</summary>
internal sealed record NotifiedServer(ServerId Id, string Name);

/// <summary>A happening on its way to one channel.</summary>
/// <param name="Id">The same on every attempt: <see cref="HappeningKey.MessageId"/>.</param>
/// <param name="Link">Where people look at it.</param>
public sealed record Message(string Id, TeamId Team, ServerId? Server, Happening Happening, string? Link)
{
    /// <summary>Without the name of the server.</summary>
    public override string ToString() => $"Message({Id})";
}

/// <summary>Source-generated JSON of what is sent.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, Converters = [typeof(TimeJsonConverter)])]
[JsonSerializable(typeof(NotificationBody))]
internal sealed partial class NotificationJson : JsonSerializerContext;
