using System.Globalization;
using System.Text;
using System.Text.Json;
using HostAtlas.Shared;

namespace HostAtlas.Gateway.Ingest;

/// <summary>
/// What an inventory's members must look like, one table. Pure. What the protocol names must be there; what our own agent sends beside it
/// may be missing, and must be of its form where it is there; what nobody knows is passed over.
/// </summary>
internal static class InventoryShape
{
    private const int ListItemsMost = 10_000;

    private static readonly Member[] Update =
        [Must("name", Form.Text), May("from", Form.Text), Must("to", Form.Text), May("security", Form.Flag)];

    private static readonly Member[] Updates =
    [
        Must("manager", Form.Text), Must("pending", Form.Whole), Must("security", Form.Whole),
        List("packages", ListItemsMost, Update, isRequired: false),
    ];

    private static readonly Member[] Host =
    [
        May("name", Form.Text), May("os", Form.Text), May("osId", Form.Text), May("osVersion", Form.Text), May("kernel", Form.Text),
        May("architecture", Form.Text), May("cpuModel", Form.Text), May("cpuCount", Form.Whole), May("memoryBytes", Form.Whole),
        May("swapBytes", Form.Whole), May("virtualisation", Form.Text), May("container", Form.Text), May("bootId", Form.Text),
        May("bootedAt", Form.Time), May("timeZone", Form.Text), May("rebootRequired", Form.Flag), May("rebootReasons", Form.Texts),
        May("updates", Form.Object, Updates),
    ];

    private static readonly Member[] Cron =
    [
        Must("schedule", Form.Text), Must("user", Form.Text), Must("command", Form.Text), Must("source", Form.Text),
        May("words", Form.Text), May("next", Form.Whole), May("environment", Form.Texts),
    ];

    private static readonly Member[] Certificate =
    [
        Must("path", Form.Text), Must("subject", Form.Text), Must("issuer", Form.Text), Must("sans", Form.Texts),
        Must("notBefore", Form.Time), Must("notAfter", Form.Time), Must("fingerprint", Form.Text), May("usedBy", Form.Texts),
    ];

    private static readonly Member[] Unit =
    [
        Must("unit", Form.Text), May("load", Form.Text), May("active", Form.Text), May("sub", Form.Text), May("description", Form.Text),
    ];

    private static readonly Member[] Process =
    [
        Must("pid", Form.Whole), May("user", Form.Text), Must("name", Form.Text), May("arguments", Form.Text),
        May("cpuPercent", Form.Number), May("rssBytes", Form.Whole),
    ];

    private static readonly Member[] Body =
    [
        Must("host", Form.Object, Host),
        List("cron", Limits.InventoryCronItems, Cron, isRequired: true),
        List("certificates", Limits.InventoryCertificates, Certificate, isRequired: true),
        // When it started is not said to be of one form: our own agent sends ISO 8601.
        Must("agent", Form.Object, [Must("version", Form.Text), Must("started", Form.TextOrWhole)]),
        List("units", Limits.InventoryItems, Unit, isRequired: false),
        List("processes", Limits.InventoryItems, Process, isRequired: false),
        List("faults", Limits.InventoryItems, [Must("source", Form.Text), Must("reason", Form.Text)], isRequired: false),
    ];

    private enum Form
    {
        Text,
        Texts,
        Time,
        Whole,
        Number,
        Flag,
        TextOrWhole,
        Object,
        List,
    }

    /// <summary>Adds what is wrong, with pointers.</summary>
    public static void Check(JsonElement body, ContentFaults faults) => CheckMembers(body, Body, string.Empty, faults);

    private static void CheckMembers(JsonElement item, Member[] members, string pointer, ContentFaults faults)
    {
        foreach (var member in members)
        {
            var isThere = item.TryGetProperty(member.Name, out var value) && (member.IsRequired || value.ValueKind != JsonValueKind.Null);
            if (isThere) CheckValue(value, member, $"{pointer}/{member.Name}", faults);
            else if (member.IsRequired) faults.Add($"{pointer}/{member.Name}", "The member is missing.");
            if (faults.IsFull) return;
        }
    }

    private static void CheckValue(JsonElement value, Member member, string pointer, ContentFaults faults)
    {
        switch (member.Form)
        {
            case Form.Object when value.ValueKind == JsonValueKind.Object:
                CheckMembers(value, member.Members, pointer, faults);
                break;
            case Form.List when value.ValueKind == JsonValueKind.Array:
                if (value.GetArrayLength() > member.Most)
                    faults.Add(pointer, string.Create(CultureInfo.InvariantCulture, $"At most {member.Most:N0} items are taken."));
                else CheckItems(value, member, pointer, faults);
                break;
            case var form when Fault(form, value) is { } fault:
                faults.Add(pointer, fault);
                break;
        }
    }

    private static void CheckItems(JsonElement list, Member member, string pointer, ContentFaults faults)
    {
        foreach (var (index, item) in list.EnumerateArray().Index())
        {
            var at = string.Create(CultureInfo.InvariantCulture, $"{pointer}/{index}");
            if (item.ValueKind == JsonValueKind.Object) CheckMembers(item, member.Members, at, faults);
            else faults.Add(at, "An object is expected.");
            if (faults.IsFull) return;
        }
    }

    private static string? Fault(Form form, JsonElement value) => form switch
    {
        Form.Text => IsText(value) ? null : $"A text of at most {Limits.InventoryTextBytes} bytes is expected.",
        Form.Texts => value.ValueKind == JsonValueKind.Array && value.GetArrayLength() <= ListItemsMost
            && value.EnumerateArray().All(IsText) ? null : "A list of texts is expected.",
        Form.Time => IsText(value) && DateTimeOffset.TryParse(
            value.GetString(), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out _)
            ? null : "A time in ISO 8601 is expected.",
        Form.Whole => value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out _) ? null : "A whole number is expected.",
        Form.Number => value.ValueKind == JsonValueKind.Number ? null : "A number is expected.",
        Form.Flag => value.ValueKind is JsonValueKind.True or JsonValueKind.False ? null : "true or false is expected.",
        Form.TextOrWhole => IsText(value) || Fault(Form.Whole, value) is null ? null : "A time is expected.",
        Form.Object => "An object is expected.",
        _ => "A list is expected.",
    };

    // A character takes three bytes at most, so most texts need no count.
    private static bool IsText(JsonElement value) => value.ValueKind == JsonValueKind.String
        && (value.GetString()!.Length <= Limits.InventoryTextBytes / 3
            || Encoding.UTF8.GetByteCount(value.GetString()!) <= Limits.InventoryTextBytes);

    private static Member Must(string name, Form form, Member[]? members = null) => new(name, form, true, members ?? []);

    private static Member May(string name, Form form, Member[]? members = null) => new(name, form, false, members ?? []);

    private static Member List(string name, int most, Member[] members, bool isRequired) => new(name, Form.List, isRequired, members, most);

    private sealed record Member(string Name, Form Form, bool IsRequired, Member[] Members, int Most = 0);
}
