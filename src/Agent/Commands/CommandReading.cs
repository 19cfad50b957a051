using System.Globalization;
using System.Text.Json;
using HostAtlas.Shared;
using HostAtlas.Shared.Ids;
using HostAtlas.Shared.Wire;

namespace HostAtlas.Agent.Commands;

/// <summary>A command as it came. Without <paramref name="Command"/> it is none that this agent knows; <paramref name="Why"/> says
/// why.</summary>
/// <param name="Id">Names it; the only part that an answer needs.</param>
/// <param name="Kind">As it was written, cut; for the log.</param>
/// <param name="Command">What is asked, or null.</param>
/// <param name="IssuedAt">By the platform's clock.</param>
/// <param name="Why">Why it is refused; empty when it is not.</param>
public sealed record ReceivedCommand(CommandId Id, string Kind, PlatformCommand? Command, DateTimeOffset IssuedAt, string Why);

/// <summary>
/// From the bytes of a poll's answer to commands. Whoever wrote them may be hostile: each command is read for itself, so that one that is
/// ill-formed is refused and the others are not held up; kinds and arguments are closed sets. Pure.
/// </summary>
public static class CommandReading
{
    private const int KindShown = 60;

    private static readonly JsonDocumentOptions Strict = new() { MaxDepth = 8, AllowDuplicateProperties = false };

    /// <summary>The commands, in the order in which they came; null when the answer is not a list of commands. What has no id is left out:
    /// there is nothing to answer to. At most <see cref="Limits.OpenCommands"/> are looked at; the others come again.</summary>
    public static IReadOnlyList<ReceivedCommand>? Read(ReadOnlyMemory<byte> body)
    {
        try
        {
            using var document = JsonDocument.Parse(body, Strict);
            if (document.RootElement.ValueKind != JsonValueKind.Object
                || !document.RootElement.TryGetProperty("commands", out var list) || list.ValueKind != JsonValueKind.Array) return null;
            return [.. list.EnumerateArray().Take(Limits.OpenCommands).Select(ReadOne).OfType<ReceivedCommand>()];
        }
        catch (Exception fault) when (fault is JsonException or InvalidOperationException)
        {
            // Also text that is no UTF-16 once its escapes are undone.
            return null;
        }
    }

    private static ReceivedCommand? ReadOne(JsonElement item)
    {
        if (item.ValueKind != JsonValueKind.Object || !ResourceId.TryParse<CommandId>(Text(item, "id"), out var id)) return null;
        var kind = Text(item, "kind") ?? "";
        var shown = new string([.. kind.Take(KindShown).Select(c => char.IsControl(c) ? ' ' : c)]);
        if (ReadMoment(item) is not { } issuedAt)
            return new ReceivedCommand(id, shown, null, default, "it does not say when it was issued");
        var command = ReadKind(kind, item.TryGetProperty("arguments", out var arguments) ? arguments : default, out var why);
        return new ReceivedCommand(id, shown, command, issuedAt, why);
    }

    private static PlatformCommand? ReadKind(string kind, JsonElement arguments, out string why)
    {
        var given = Names(arguments);
        why = given is null ? "its arguments are no object" : "";
        if (given is null) return null;
        switch (kind)
        {
            case CommandKind.AgentPing when given.Count == 0: return new PlatformCommand.Ping();
            case CommandKind.BackupRun when given.Count == 0: return new PlatformCommand.BackupRun();
            case CommandKind.InventoryRefresh when given.Count == 0: return new PlatformCommand.InventoryRefresh();
            case CommandKind.BackupVerify when given.Count == 0: return new PlatformCommand.BackupVerify(null);
            case CommandKind.BackupVerify when given is [CommandKind.ReadDataPercent]:
                if (arguments.GetProperty(CommandKind.ReadDataPercent) is { ValueKind: JsonValueKind.Number } number
                    && number.TryGetInt32(out var percent) && percent is >= 1 and <= 100) return new PlatformCommand.BackupVerify(percent);
                why = $"{CommandKind.ReadDataPercent} is a whole number from 1 to 100";
                return null;
            case CommandKind.AgentPing or CommandKind.BackupRun or CommandKind.InventoryRefresh or CommandKind.BackupVerify:
                why = "it has arguments that its kind does not have";
                return null;
            default:
                why = "this agent knows no command of its kind";
                return null;
        }
    }

    // Nothing and null say the same as an empty object.
    private static List<string>? Names(JsonElement arguments) => arguments.ValueKind switch
    {
        JsonValueKind.Undefined or JsonValueKind.Null => [],
        JsonValueKind.Object => [.. arguments.EnumerateObject().Select(one => one.Name)],
        _ => null,
    };

    private static DateTimeOffset? ReadMoment(JsonElement item)
    {
        if (!item.TryGetProperty("issuedAt", out var at)) return null;
        if (at.ValueKind == JsonValueKind.Number && at.TryGetInt64(out var ms))
            return ms is >= 0 and < 253_402_300_800_000 ? DateTimeOffset.FromUnixTimeMilliseconds(ms) : null;
        return at.ValueKind == JsonValueKind.String && DateTimeOffset.TryParse(at.GetString(), CultureInfo.InvariantCulture,
            DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var moment) ? moment : null;
    }

    private static string? Text(JsonElement item, string name) =>
        item.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
