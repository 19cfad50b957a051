using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace HostAtlas.Engine.Inventory;

/// <summary>
/// What differs between two inventories, by names. Pure. Compared is what somebody changed: not processes, times of next runs or when the
/// agent started, which differ from hour to hour.
/// </summary>
public static class InventoryDiff
{
    /// <summary>Names that a change tells of its kind; the counts are whole.</summary>
    public const int NamesTold = 20;

    private const int NameLength = 200;

    private static readonly Section[] Sections =
    [
        new("host", Facts(["bootedAt"])),
        new("cron", Items(["source", "user", "command"], ["schedule", "environment"],
            item => $"{Text(item, "source")}: {Text(item, "command")}")),
        new("certificates", Items(["path", "subject"], ["fingerprint"], item => $"{Text(item, "path")}: {Text(item, "subject")}")),
        new("agent", Facts(["started"])),
        new("units", Items(["unit"], ["active", "sub"], item => Text(item, "unit"))),
    ];

    private delegate IEnumerable<(string Key, string Name, string Content)> Reader(JsonElement section);

    /// <summary>
    /// What became other, a section each, none for those that stayed the same; and a digest of all that is compared. Without a
    /// <paramref name="before"/> everything is added.
    /// </summary>
    public static InventoryChanges Compare(JsonElement? before, JsonElement after)
    {
        using var digest = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var changes = new List<SectionChange>();
        foreach (var section in Sections)
        {
            var (old, now) = (before is { } earlier ? section.Of(earlier) : [], section.Of(after));
            foreach (var (key, item) in now) digest.AppendData(Encoding.UTF8.GetBytes($"{section.Name}\0{key}\0{item.Content}\0"));
            var added = now.Where(item => !old.ContainsKey(item.Key)).Select(item => item.Value.Name).ToList();
            var removed = old.Where(item => !now.ContainsKey(item.Key)).Select(item => item.Value.Name).ToList();
            var changed = now.Where(item => old.TryGetValue(item.Key, out var was) && was.Content != item.Value.Content)
                .Select(item => item.Value.Name).ToList();
            if (added.Count + removed.Count + changed.Count > 0)
                changes.Add(new SectionChange(section.Name, NameList.Of(added), NameList.Of(removed), NameList.Of(changed)));
        }
        return new InventoryChanges(Convert.ToHexStringLower(digest.GetHashAndReset()), changes);
    }

    /// <summary>The members of an object, by their own names.</summary>
    private static Reader Facts(string[] besides) => section => section.ValueKind != JsonValueKind.Object ? [] : section.EnumerateObject()
        .Where(member => !besides.Contains(member.Name) && member.Value.ValueKind != JsonValueKind.Null)
        .Select(member => (member.Name, member.Name, member.Value.GetRawText()));

    /// <summary>The items of a list.</summary>
    private static Reader Items(string[] key, string[] content, Func<JsonElement, string> name) => section =>
        section.ValueKind != JsonValueKind.Array ? [] : section.EnumerateArray()
            .Select(item => (string.Join('\0', key.Select(member => Raw(item, member))), name(item),
                string.Join('\0', content.Select(member => Raw(item, member)))));

    private static string Raw(JsonElement item, string member) => item.TryGetProperty(member, out var value) ? value.GetRawText() : "";

    private static string Text(JsonElement item, string member) =>
        item.TryGetProperty(member, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString()! : "?";

    private sealed record Section(string Name, Reader Read)
    {
        /// <summary>By key, in order. Two items of one key are told apart by how many came before.</summary>
        public SortedDictionary<string, (string Name, string Content)> Of(JsonElement inventory)
        {
            var items = new SortedDictionary<string, (string, string)>(StringComparer.Ordinal);
            if (!inventory.TryGetProperty(Name, out var section)) return items;
            var met = new Dictionary<string, int>(StringComparer.Ordinal);
            foreach (var (key, name, content) in Read(section))
            {
                var times = met[key] = met.GetValueOrDefault(key) + 1;
                items.Add($"{key}\0{times}", (Cut(name), content));
            }
            return items;
        }
    }

    private static string Cut(string name)
    {
        if (name.Length <= NameLength) return name;
        // Not between the halves of a character.
        return string.Concat(name.AsSpan(0, char.IsHighSurrogate(name[NameLength - 1]) ? NameLength - 1 : NameLength), "…");
    }
}

/// <summary>What became other. <paramref name="Digest"/>: SHA-256 in hex of what is compared.</summary>
public sealed record InventoryChanges(string Digest, IReadOnlyList<SectionChange> Sections);

/// <summary>What became other in a section: <c>host</c>, <c>cron</c>, <c>certificates</c>, <c>agent</c> or <c>units</c>.</summary>
public sealed record SectionChange(string Section, NameList Added, NameList Removed, NameList Changed);

/// <summary>How many, and the names of the first <see cref="InventoryDiff.NamesTold"/>, redacted by the agent and cut to 200
/// characters.</summary>
public sealed record NameList(int Count, IReadOnlyList<string> Names)
{
    /// <summary>Of a whole list.</summary>
    public static NameList Of(IReadOnlyList<string> all) => new(all.Count, [.. all.Take(InventoryDiff.NamesTold)]);
}
