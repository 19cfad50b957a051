using System.Security.Cryptography;
using System.Text.Json.Serialization;
using HostAtlas.Engine.Presence;
using HostAtlas.Shared.Ids;

namespace HostAtlas.Engine.Notifications;

/// <summary>
/// Something that people are told of, with all that they are told: no path, no secret, nothing that a host made up.
/// </summary>
/// <param name="Type">One of <see cref="NotificationTypes"/>.</param>
/// <param name="ServerName">As it was called when it happened.</param>
/// <param name="Cause">Why, as a name; null where there is nothing more to say.</param>
/// <param name="Since">Since when it is so, where that is not the time at which it happened.</param>
public sealed record Happening(string Type, DateTimeOffset At, string ServerName, string? Cause, DateTimeOffset? Since)
{
    /// <summary>For how long people are told of it: what is older is history, which the platform's pages show.</summary>
    public static readonly TimeSpan ToldFor = TimeSpan.FromHours(24);
}

/// <summary>
/// The event of the journal that a happening is: known by team, entity and number, so the same event is the same happening however often
/// it is read.
/// </summary>
/// <param name="Number">The event's number in its entity's journal.</param>
public readonly record struct HappeningKey(ServerKey Server, HappeningRoom Room, long Number)
{
    private const int IdBytes = 16;

    /// <summary>
    /// What receivers know it by, the same on every attempt and every channel. A hash of unguessable ids: it tells none of them.
    /// </summary>
    public string MessageId
    {
        get
        {
            var hash = SHA256.HashData(System.Text.Encoding.ASCII.GetBytes(
                string.Create(System.Globalization.CultureInfo.InvariantCulture, $"notification v1 {Server} {(int)Room} {Number}")));
            return "msg_" + Convert.ToHexStringLower(hash.AsSpan(0, IdBytes));
        }
    }
}

/// <summary>Which of a server's two entities journalled the event.</summary>
public enum HappeningRoom
{
    /// <summary>The server's door.</summary>
    Server = 0,

    /// <summary>The server's backups.</summary>
    Backups = 1,
}

/// <summary>A happening in its place.</summary>
public sealed record KeyedHappening(HappeningKey Key, Happening Happening);

/// <summary>Source-generated JSON of what lies sealed in the tables.</summary>
[JsonSourceGenerationOptions(System.Text.Json.JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(Happening))]
internal sealed partial class HappeningJson : JsonSerializerContext;
