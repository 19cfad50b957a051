using System.Globalization;
using System.Text;
using System.Text.Json;
using HostAtlas.Engine.Projections;
using HostAtlas.Engine.Storage;

namespace HostAtlas.Gateway.People.Events;

/// <summary>
/// Events as they go over the line (the event stream form of the HTML standard), and the ids by which a client comes back.
/// </summary>
internal static class EventText
{
    /// <summary>
    /// Names of events that are no change: the stream begins here; and: read everything anew, what lies between is not known.
    /// </summary>
    public const string Ready = "ready", Reset = "reset";

    /// <summary>Nothing, so that the connection is not taken for dead.</summary>
    public static readonly byte[] KeepAlive = ": still here\n\n"u8.ToArray();

    /// <summary>How long a client waits before it comes back.</summary>
    public static readonly byte[] Retry = "retry: 2000\n\n"u8.ToArray();

    /// <summary>An event that only says where the stream stands.</summary>
    public static byte[] Of(string name, ChangePlace place) =>
        Encoding.UTF8.GetBytes($"id: {IdOf(place)}\nevent: {name}\ndata: {{}}\n\n");

    /// <summary>A change.</summary>
    public static byte[] Of(ChangePlace place, Change change)
    {
        var data = JsonSerializer.Serialize(
            new EventView(DateTimeOffset.FromUnixTimeMilliseconds(place.AtMs), new EventSubject(change.SubjectKind, change.SubjectId)),
            PeopleJson.Default.EventView);
        return Encoding.UTF8.GetBytes($"id: {IdOf(place)}\nevent: {change.Kind}\ndata: {data}\n\n");
    }

    /// <summary>The place that a client was told last; null for what is no id of this platform's.</summary>
    public static ChangePlace? Place(string? lastEventId) =>
        lastEventId?.Split('-') is [var number, var at] && Read(number) is { } n && Read(at) is { } ms ? new ChangePlace(n, ms) : null;

    private static string IdOf(ChangePlace place) => string.Create(CultureInfo.InvariantCulture, $"{place.Number}-{place.AtMs}");

    private static long? Read(string digits) =>
        long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
}

/// <summary>What a change's <c>data</c> says.</summary>
internal sealed record EventView(DateTimeOffset At, EventSubject Subject);

/// <summary>What has changed.</summary>
internal sealed record EventSubject(string Kind, Guid Id);
