using System.Text.Json;
using System.Text.Json.Nodes;
using Json.Schema;

namespace HostAtlas.TestSupport.Description;

/// <summary>
/// A platform's OpenAPI document, ready to be asked: which operation a request is, and what is wrong with an answer. Schemas are compiled
/// when they are first needed and are safe for many threads.
/// </summary>
public sealed class ApiDescription
{
    private static readonly EvaluationOptions EveryFault = new() { OutputFormat = OutputFormat.List };
    private static readonly Lock Registering = new();
    private static int _number;

    private readonly Dictionary<string, JsonSchema> _schemas = new(StringComparer.Ordinal);
    private readonly string _id;

    /// <summary>Reads the document.</summary>
    public ApiDescription(JsonObject document)
    {
        Document = document;
        _id = $"https://hostatlas.test/description-{Interlocked.Increment(ref _number)}";
        var shared = new JsonObject
        {
            ["$schema"] = "https://json-schema.org/draft/2020-12/schema",
            ["$id"] = _id,
            ["$defs"] = Rebased(document["components"]!["schemas"]!),
        };
        lock (Registering) SchemaRegistry.Global.Register(JsonSchema.FromText(shared.ToJsonString()));
        Operations = [.. document["paths"]!.AsObject().SelectMany(path => OperationsOf(path.Key, path.Value!.AsObject()))];
    }

    /// <summary>The document itself.</summary>
    public JsonObject Document { get; }

    /// <summary>Every operation.</summary>
    public IReadOnlyList<DescribedOperation> Operations { get; }

    /// <summary>The operation of an id.</summary>
    public DescribedOperation this[string id] => Operations.Single(operation => operation.Id == id);

    /// <summary>The operations of a request's path, whatever their method; none when the address is not described.</summary>
    public IReadOnlyList<DescribedOperation> At(string path)
    {
        var there = Operations.Where(operation => operation.Matches(path)).ToList();
        // /a/b is itself rather than /a/{id}.
        return there.Count == 0 ? there : [.. there.Where(operation => operation.Parameters == there.Min(one => one.Parameters))];
    }

    /// <summary>What a reference names, or the node itself.</summary>
    public JsonNode Resolve(JsonNode node)
    {
        while (node is JsonObject one && one["$ref"]?.GetValue<string>() is { } reference)
        {
            var found = (JsonNode)Document;
            foreach (var part in reference.Split('/').Skip(1))
            {
                found = found[part.Replace("~1", "/", StringComparison.Ordinal)]
                    ?? throw new InvalidOperationException($"{reference} leads nowhere.");
            }
            node = found;
        }
        return node;
    }

    /// <summary>What is wrong with a value by a schema of the document, a sentence each.</summary>
    public IReadOnlyList<string> FaultsOf(JsonNode schema, JsonElement value)
    {
        var result = Compiled(schema).Evaluate(value, EveryFault);
        return result.IsValid
            ? []
            : [.. (result.Details ?? []).Where(detail => detail.Errors is not null).SelectMany(detail => detail.Errors!.Select(error =>
                $"{detail.InstanceLocation}: {error.Value}")).Distinct().Take(12)];
    }

    private JsonSchema Compiled(JsonNode schema)
    {
        var text = schema.ToJsonString().Replace("\"#/components/schemas/", $"\"{_id}#/$defs/", StringComparison.Ordinal);
        lock (_schemas)
        {
            return _schemas.TryGetValue(text, out var known) ? known : _schemas[text] = JsonSchema.FromText(text);
        }
    }

    private static JsonNode Rebased(JsonNode schemas) => JsonNode.Parse(
        schemas.ToJsonString().Replace("\"#/components/schemas/", "\"#/$defs/", StringComparison.Ordinal))!;

    private static IEnumerable<DescribedOperation> OperationsOf(string path, JsonObject item) =>
        from method in (string[])["get", "head", "post", "put", "patch", "delete"]
        where item[method] is JsonObject
        select new DescribedOperation(method.ToUpperInvariant(), path, item[method]!.AsObject(), item["parameters"] as JsonArray ?? []);
}
