using System.Globalization;
using System.Text.Json;

namespace HostAtlas.Shared.Backups;

/// <summary>
/// Reads evidence strictly: what is there must be of its form, what is missing is 0, none or open, and unknown members are passed over. A
/// number that were negative, or a list without an end, would be a way to lie to whoever adds them up.
/// </summary>
public static class GateEvidenceForm
{
    /// <summary>Bytes that a clear path may have: as Linux bounds one.</summary>
    public const int PathBytes = 4_096;

    // Whole in every reader of JSON; a thousand of them still add up within 63 bits.
    private const long MostOfAnything = 1L << 53;

    private const int NameLength = 32, HitRules = 64, IdLength = 32;

    private static readonly string[] States = ["open", "suspect", "frozen"];

    /// <summary>
    /// Reads an object; whatever is wrong is told with its JSON Pointer below <paramref name="at"/>, and then what is returned means
    /// nothing.
    /// </summary>
    public static GateEvidence Read(JsonElement gate, string at, Action<string, string> fault)
    {
        var reading = new Reading(gate, at, fault);
        return new GateEvidence
        {
            State = reading.State(),
            Learning = reading.Flag("learning"),
            Files = reading.Count("files"),
            ChangedFiles = reading.Count("changedFiles"),
            ChangedBytes = reading.Count("changedBytes"),
            GoneFiles = reading.Count("goneFiles"),
            HitFiles = reading.Count("hitFiles"),
            HitBytes = reading.Count("hitBytes"),
            HeldBackFiles = reading.Count("heldBackFiles"),
            FirstSeenFiles = reading.Count("firstSeenFiles"),
            Rules = reading.Counts("rules"),
            RunRules = reading.Names("runRules", GateEvidence.NamesAtMost),
            Types = reading.Counts("types"),
            Hits = reading.Hits(),
            HitsOmitted = reading.Count("hitsOmitted"),
        };
    }

    /// <summary>Reads evidence that is kept as it came; null when it is none.</summary>
    public static GateEvidence? TryRead(ReadOnlyMemory<byte> json)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            if (document.RootElement.ValueKind != JsonValueKind.Object) return null;
            var whole = true;
            var evidence = Read(document.RootElement, string.Empty, (_, _) => whole = false);
            return whole ? evidence : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>Whether a text is the id of a path or of a content: 32 lower-case hex digits.</summary>
    public static bool IsId(string? text) => text is { Length: IdLength } && text.All(char.IsAsciiHexDigitLower);

    /// <summary>Whether a text may name a rule or a type.</summary>
    public static bool IsName(string? text) => text is { Length: >= 1 and <= NameLength }
        && text.All(letter => char.IsAsciiLetterLower(letter) || char.IsAsciiDigit(letter) || letter == '-');

    private readonly struct Reading(JsonElement of, string at, Action<string, string> fault)
    {
        public string State()
        {
            if (!Has("state", out var member)) return States[0];
            if (member.ValueKind == JsonValueKind.String && States.Contains(member.GetString())) return member.GetString()!;
            fault($"{at}/state", "One of open, suspect, frozen is expected.");
            return States[0];
        }

        public bool Flag(string name)
        {
            if (!Has(name, out var member) || member.ValueKind is JsonValueKind.True or JsonValueKind.False)
                return member.ValueKind == JsonValueKind.True;
            fault($"{at}/{name}", "true or false is expected.");
            return false;
        }

        public long Count(string name) => Has(name, out var member) ? Count(member, $"{at}/{name}") : 0;

        public IReadOnlyDictionary<string, long> Counts(string name)
        {
            var counts = new Dictionary<string, long>(StringComparer.Ordinal);
            if (!Has(name, out var member)) return counts;
            if (member.ValueKind != JsonValueKind.Object)
            {
                fault($"{at}/{name}", "An object of names and numbers is expected.");
                return counts;
            }
            foreach (var count in member.EnumerateObject())
            {
                if (!IsName(count.Name) || counts.Count == GateEvidence.NamesAtMost)
                {
                    fault($"{at}/{name}", NamesExpected);
                    break;
                }
                counts[count.Name] = Count(count.Value, $"{at}/{name}/{count.Name}");
            }
            return counts;
        }

        public IReadOnlyList<string> Names(string name, int most)
        {
            if (!Has(name, out var member)) return [];
            if (member.ValueKind == JsonValueKind.Array && member.GetArrayLength() <= most
                && member.EnumerateArray().All(item => item.ValueKind == JsonValueKind.String && IsName(item.GetString())))
                return [.. member.EnumerateArray().Select(item => item.GetString()!)];
            fault($"{at}/{name}", NamesExpected);
            return [];
        }

        public IReadOnlyList<GateHit> Hits()
        {
            if (!Has("hits", out var member)) return [];
            if (member.ValueKind != JsonValueKind.Array || member.GetArrayLength() > GateEvidence.HitsAtMost)
            {
                fault($"{at}/hits", $"A list of at most {GateEvidence.HitsAtMost:N0} hits is expected.");
                return [];
            }
            var (hits, tell, place) = (new List<GateHit>(member.GetArrayLength()), fault, at);
            foreach (var hit in member.EnumerateArray())
            {
                var pointer = string.Create(CultureInfo.InvariantCulture, $"{place}/hits/{hits.Count}");
                if (hit.ValueKind != JsonValueKind.Object)
                {
                    tell(pointer, "An object is expected.");
                    return hits;
                }
                hits.Add(new Reading(hit, pointer, tell).Hit());
            }
            return hits;
        }

        private GateHit Hit() => new(
            Id("path"), Id("content"), Names("rules", HitRules), Count("bytes"), Flag("heldBack"), Clear());

        private string Id(string name)
        {
            if (Has(name, out var member) && member.ValueKind == JsonValueKind.String && member.GetString() is { } id && IsId(id))
                return id;
            fault($"{at}/{name}", "32 lower-case hex digits are expected.");
            return string.Empty;
        }

        private string? Clear()
        {
            if (!Has("clear", out var member)) return null;
            if (member.ValueKind == JsonValueKind.String && member.GetString() is { Length: > 0 } path
                && System.Text.Encoding.UTF8.GetByteCount(path) <= PathBytes)
                return path;
            fault($"{at}/clear", $"A path of at most {PathBytes:N0} bytes is expected, or null.");
            return null;
        }

        private long Count(JsonElement member, string pointer)
        {
            if (member.ValueKind == JsonValueKind.Number && member.TryGetInt64(out var count) && count is >= 0 and <= MostOfAnything)
                return count;
            fault(pointer, "A whole number from 0 on is expected.");
            return 0;
        }

        private bool Has(string name, out JsonElement member) =>
            of.TryGetProperty(name, out member) && member.ValueKind != JsonValueKind.Null;

        private const string NamesExpected = "At most 64 names of 1 to 32 letters a-z, digits and hyphens are expected.";
    }
}
