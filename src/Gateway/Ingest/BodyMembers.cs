using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Unicode;
using HostAtlas.Engine.Servers;
using HostAtlas.Shared;
using HostAtlas.Shared.Backups;
using HostAtlas.Shared.Ids;

namespace HostAtlas.Gateway.Ingest;

/// <summary>
/// The members of a body that is read as a whole, each with a fault at its JSON Pointer where it is not what is expected. Pure. Members
/// that nobody asks for are ignored.
/// </summary>
internal sealed class BodyMembers
{
    // Evidence of a gate may be nested somewhat; a bound, since depth costs the reader memory.
    private const int MaxDepth = 32;

    private static readonly JsonDocumentOptions Strict = new() { MaxDepth = MaxDepth, AllowDuplicateProperties = false };

    private readonly JsonElement _body;

    private BodyMembers(JsonElement body) => _body = body;

    /// <summary>The body.</summary>
    public JsonElement Root => _body;

    /// <summary>What is wrong so far.</summary>
    public ContentFaults Faults { get; } = new();

    /// <summary>Reads a body by its endpoint's rule: bytes that are no JSON object are told before anything that is in them.</summary>
    public static AgentBody Read(ReadOnlySpan<byte> utf8, Func<BodyMembers, IAgentPayload> read)
    {
        if (!Utf8.IsValid(utf8)) return AgentBody.NotJson("The body is not UTF-8.");
        try
        {
            ProveText(utf8);
            using var document = JsonDocument.Parse(utf8.ToArray(), Strict);
            if (document.RootElement.ValueKind != JsonValueKind.Object) return AgentBody.NotJson("The body is no JSON object.");
            var members = new BodyMembers(document.RootElement);
            var payload = read(members);
            return members.Faults.Errors is { } errors ? AgentBody.Invalid(errors) : AgentBody.Of(payload);
        }
        catch (JsonException fault)
        {
            return AgentBody.NotJson($"The body is not JSON with each member once (line {fault.LineNumber + 1}).");
        }
    }

    /// <summary>An id.</summary>
    public T Id<T>(string name) where T : struct, IResourceId<T>
    {
        if (ResourceId.TryParse<T>(Text(name), out var id)) return id;
        Faults.Add($"/{name}", "A UUID v4 in lower case with hyphens is expected.");
        return default;
    }

    /// <summary>An id or null; the member itself must be there.</summary>
    public T? IdOrNull<T>(string name) where T : struct, IResourceId<T> => IsNull(name) ? null : Id<T>(name);

    /// <summary>An object's name or null; the member itself must be there.</summary>
    public ObjectName? NameOrNull(string name)
    {
        if (IsNull(name)) return null;
        if (ObjectName.TryParse(Text(name), out var read)) return read;
        Faults.Add($"/{name}", ExpectedName);
        return null;
    }

    /// <summary>A text; null when it is null or absent.</summary>
    public string? OptionalText(string name)
    {
        if (!_body.TryGetProperty(name, out var member) || member.ValueKind == JsonValueKind.Null) return null;
        if (member.ValueKind == JsonValueKind.String) return member.GetString();
        Faults.Add($"/{name}", "A text or null is expected.");
        return null;
    }

    /// <summary>A whole number from 0 on, to a most.</summary>
    public long Count(string name, long most = long.MaxValue)
    {
        if (_body.TryGetProperty(name, out var member) && member.ValueKind == JsonValueKind.Number && member.TryGetInt64(out var count)
            && count >= 0 && count <= most)
            return count;
        Faults.Add($"/{name}", most == long.MaxValue ? "A whole number from 0 on is expected."
            : string.Create(CultureInfo.InvariantCulture, $"A whole number from 0 to {most} is expected."));
        return 0;
    }

    /// <summary>A text that must be there, at most so many characters.</summary>
    public string Text(string name, int most)
    {
        if (Text(name) is { } text && text.Length <= most) return text;
        Faults.Add($"/{name}", string.Create(CultureInfo.InvariantCulture, $"A text of at most {most:N0} characters is expected."));
        return string.Empty;
    }

    /// <summary>An object as its own JSON, at most so many bytes; null when it is null or absent.</summary>
    public byte[]? OptionalObject(string name, int mostBytes)
    {
        if (!_body.TryGetProperty(name, out var member) || member.ValueKind == JsonValueKind.Null) return null;
        var json = member.ValueKind == JsonValueKind.Object ? Encoding.UTF8.GetBytes(member.GetRawText()) : null;
        if (json is null) Faults.Add($"/{name}", "An object is expected.");
        else if (json.Length > mostBytes) Faults.Add($"/{name}", $"At most {mostBytes:N0} bytes are taken.");
        return json;
    }

    /// <summary>The elements of a list; none when it is absent, with a fault when it must be there.</summary>
    public IReadOnlyList<JsonElement> List(string name, bool required)
    {
        if (!_body.TryGetProperty(name, out var member))
        {
            if (required) Faults.Add($"/{name}", "The member is missing.");
            return [];
        }
        if (member.ValueKind != JsonValueKind.Array) Faults.Add($"/{name}", "A list is expected.");
        else if (member.GetArrayLength() > Limits.ObjectsPerRequest)
            Faults.Add($"/{name}", $"A request names at most {Limits.ObjectsPerRequest:N0} objects.");
        else return [.. member.EnumerateArray()];
        return [];
    }

    /// <summary>Whether the body has a member of this name.</summary>
    public bool Has(string name) => _body.TryGetProperty(name, out _);

    /// <summary>An object's name at a place in a list.</summary>
    public ObjectName Name(JsonElement element, string pointer)
    {
        if (element.ValueKind == JsonValueKind.String && ObjectName.TryParse(element.GetString(), out var name)) return name;
        Faults.Add(pointer, ExpectedName);
        return default;
    }

    private const string ExpectedName = "packs/, indexes/ or snapshots/ and a UUID v4 in lower case with hyphens is expected.";

    private string? Text(string name) =>
        _body.TryGetProperty(name, out var member) && member.ValueKind == JsonValueKind.String ? member.GetString() : null;

    private bool IsNull(string name) => _body.TryGetProperty(name, out var member) && member.ValueKind == JsonValueKind.Null;

    // The reader finds half of a surrogate pair only when somebody asks for the text.
    private static void ProveText(ReadOnlySpan<byte> utf8)
    {
        var reader = new Utf8JsonReader(utf8, new JsonReaderOptions { MaxDepth = MaxDepth });
        while (reader.Read())
        {
            if (reader.ValueIsEscaped && !JsonText.IsUnicode(reader.ValueSpan)) throw new JsonException("Half of a surrogate pair.");
        }
    }
}
