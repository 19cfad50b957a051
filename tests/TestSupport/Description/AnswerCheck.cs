using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace HostAtlas.TestSupport.Description;

/// <summary>An answer as it came, for <see cref="AnswerCheck"/>. Header names in any case; the body null when it was not read.</summary>
public sealed record SeenAnswer(
    string Method, string Path, int Status, ILookup<string, string> Headers, string? ContentType, ReadOnlyMemory<byte>? Body);

/// <summary>Compares an answer with the description. Pure: what it does not say, it does not know.</summary>
public static class AnswerCheck
{
    /// <summary>What a server adds by itself to carry the answer, whatever it says.</summary>
    private static readonly HashSet<string> OfTransport = new(StringComparer.OrdinalIgnoreCase)
    {
        "Content-Length", "Content-Type", "Transfer-Encoding", "Connection", "Keep-Alive",
    };

    /// <summary>Everything about the answer that the description does not say, a sentence each.</summary>
    public static IReadOnlyList<string> Faults(ApiDescription description, SeenAnswer answer)
    {
        if (ResponseOf(description, answer, out var fault) is not { } response) return [fault!];
        return [.. HeaderFaults(description, response, answer), .. BodyFaults(description, response, answer)];
    }

    private static JsonObject? ResponseOf(ApiDescription description, SeenAnswer answer, out string? fault)
    {
        fault = null;
        var there = description.At(answer.Path);
        var operation = there.FirstOrDefault(one => one.Method == answer.Method);
        var listed = operation is not null ? operation.Responses[answer.Status.ToString(CultureInfo.InvariantCulture)]
            : OfNoOperation(description, answer, known: there.Count > 0);
        if (listed is not null) return description.Resolve(listed).AsObject();
        fault = operation is not null ? $"{operation} does not list the status {answer.Status}."
            : there.Count > 0 ? $"{answer.Method} is no method of {there[0].Path}, which is 405 and not {answer.Status}."
            : $"The address is not described, which is 404 and not {answer.Status}.";
        return null;
    }

    private static JsonNode? OfNoOperation(ApiDescription description, SeenAnswer answer, bool known)
    {
        if (answer.Status != (known ? 405 : 404)) return null;
        var noStore = IsBelow(answer.Path, "/api") || IsBelow(answer.Path, "/vault");
        var name = (known ? "405_method-not-allowed" : "404_not-found") + (noStore ? ".no-store" : "");
        return description.Document["components"]!["responses"]![name];
    }

    private static IEnumerable<string> HeaderFaults(ApiDescription description, JsonObject response, SeenAnswer answer)
    {
        var described = response["headers"] as JsonObject ?? [];
        foreach (var (name, node) in described)
        {
            var header = description.Resolve(node!).AsObject();
            var values = answer.Headers[name].ToList();
            if (values.Count == 0 && header["required"]?.GetValue<bool>() == true) yield return $"The header {name} is missing.";
            if (values.Count > 1) yield return $"The header {name} comes {values.Count} times.";
            foreach (var value in values)
            {
                using var json = JsonDocument.Parse(JsonSerializer.Serialize(value));
                foreach (var fault in description.FaultsOf(header["schema"]!, json.RootElement)) yield return $"{name}: {value}: {fault}";
            }
        }
        var names = described.Select(header => header.Key).ToHashSet(StringComparer.OrdinalIgnoreCase);
        foreach (var header in answer.Headers)
        {
            if (!names.Contains(header.Key) && !OfTransport.Contains(header.Key)) yield return $"The header {header.Key} is not described.";
        }
    }

    private static IEnumerable<string> BodyFaults(ApiDescription description, JsonObject response, SeenAnswer answer)
    {
        if (answer.Method == "HEAD") yield break;
        if (response["content"] is not JsonObject content)
        {
            if (answer.Body is { Length: > 0 }) yield return "It has a body where none is described.";
            yield break;
        }
        var type = answer.ContentType?.Split(';')[0].Trim();
        if (type is null || content[type] is not JsonObject media)
        {
            yield return $"The content type {answer.ContentType ?? "(none)"} is not described.";
            yield break;
        }
        if (media["schema"] is not { } schema || answer.Body is not { } body) yield break;
        using var json = TryParse(body);
        if (json is null) yield return "The body is not JSON.";
        else foreach (var fault in description.FaultsOf(schema, json.RootElement)) yield return $"body {fault}";
    }

    private static JsonDocument? TryParse(ReadOnlyMemory<byte> body)
    {
        try
        {
            return JsonDocument.Parse(body);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static bool IsBelow(string path, string prefix) =>
        path.Equals(prefix, StringComparison.OrdinalIgnoreCase) || path.StartsWith(prefix + "/", StringComparison.OrdinalIgnoreCase);
}
