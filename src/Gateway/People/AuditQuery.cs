using System.Buffers.Binary;
using System.Buffers.Text;
using System.Globalization;
using HostAtlas.Engine.Audit;
using HostAtlas.Engine.Storage;
using Microsoft.AspNetCore.WebUtilities;

namespace HostAtlas.Gateway.People;

/// <summary>
/// What is asked of an audit log: <c>cursor</c>, <c>limit</c>, <c>from=ms&amp;to=ms</c>, <c>action</c> (one of the closed list) and
/// <c>actor</c> (an id, or a kind of actor), each optional.
/// </summary>
internal sealed record AuditQuery(long FromMs, long ToMs, AuditPlace? Before, int Limit, string? Action, string? Actor)
{
    private const long LatestMs = 253_402_300_799_999; // the end of the year 9999
    private const int CursorBytes = 2 * sizeof(long);

    /// <summary>Reads the query, or says every fault of it.</summary>
    public static Step<AuditQuery> Read(IQueryCollection query)
    {
        var list = ListQuery.Read(query);
        if (list.Fault is { } fault) return fault;
        var fields = new Fields();
        var from = Ms(query, "from", 0, fields);
        var to = Ms(query, "to", LatestMs, fields);
        if (from > to) fields.Fault("/from", "It lies after to: nothing can be in between.");
        var before = list.Cursor is null ? null : PlaceOf(list.Cursor);
        if (list.Cursor is not null && before is null) return ListQuery.UnknownCursor;
        var action = One(query, "action", AuditRules.Actions.Contains,
            "One of the actions is expected, once: GET /openapi/v1.json lists them.", fields);
        var actor = One(query, "actor", text => AuditNames.ActorKinds.Contains(text) || IsId(text),
            $"An id is expected, or one of {string.Join(", ", AuditNames.ActorKinds)}; once.", fields);
        return fields.Failure is { } failure ? failure : new AuditQuery(from, to, before, list.Limit, action, actor);
    }

    /// <summary>Whether an entry is asked for, as far as its time does not say.</summary>
    public bool Wants(AuditItem item) =>
        (Action is null || item.Action == Action) && (Actor is null || item.Actor.Kind == Actor || item.Actor.Id == Actor);

    /// <summary>A place as a cursor: nothing that a caller should count with.</summary>
    public static string CursorOf(AuditPlace place)
    {
        Span<byte> bytes = stackalloc byte[CursorBytes];
        BinaryPrimitives.WriteInt64BigEndian(bytes, place.AtMs);
        BinaryPrimitives.WriteInt64BigEndian(bytes[sizeof(long)..], place.Number);
        return WebEncoders.Base64UrlEncode(bytes);
    }

    private static AuditPlace? PlaceOf(string cursor)
    {
        var bytes = new byte[CursorBytes];
        // Text that is no base64url throws there instead of saying no.
        return Base64Url.IsValid(cursor) && Base64Url.TryDecodeFromChars(cursor, bytes, out var length) && length == CursorBytes
            ? new AuditPlace(BinaryPrimitives.ReadInt64BigEndian(bytes), BinaryPrimitives.ReadInt64BigEndian(bytes.AsSpan(sizeof(long))))
            : null;
    }

    private static bool IsId(string text) => Guid.TryParseExact(text, "D", out var id) && id.ToString() == text;

    private static long Ms(IQueryCollection query, string name, long missing, Fields fields)
    {
        if (query[name] is not { Count: > 0 } given) return missing;
        if (given.Count == 1 && long.TryParse(given[0], NumberStyles.None, CultureInfo.InvariantCulture, out var ms)
            && ms <= LatestMs) return ms;
        fields.Fault("/" + name, $"A whole number from 0 to {LatestMs} is expected, once.");
        return missing;
    }

    private static string? One(IQueryCollection query, string name, Func<string, bool> isValid, string otherwise, Fields fields)
    {
        if (query[name] is not { Count: > 0 } given) return null;
        if (given.Count == 1 && given[0] is { } text && isValid(text)) return text;
        fields.Fault("/" + name, otherwise);
        return null;
    }
}
