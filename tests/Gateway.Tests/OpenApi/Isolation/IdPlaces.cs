using System.Text.Json.Nodes;
using HostAtlas.TestSupport.Description;

namespace HostAtlas.Gateway.Tests.OpenApi.Isolation;

/// <summary>
/// Where an operation takes an id, read from the description: <c>path:id</c>, <c>header:X-Team</c>, <c>query:cursor</c> (an id of the page
/// before), <c>query:actor</c>, and for members of a body <c>body:/objects/name</c>.
/// </summary>
internal static class IdPlaces
{
    private const string Schemas = "#/components/schemas/";

    /// <summary>All of an operation's places.</summary>
    public static IReadOnlyList<string> Of(ApiDescription description, DescribedOperation operation)
    {
        var parameters = operation.AllParameters.Select(description.Resolve)
            .Where(parameter => IsId(parameter["schema"]!) || parameter["schema"]!["anyOf"]?.AsArray().Any(part => IsId(part!)) == true
                || parameter["name"]!.GetValue<string>() == "cursor")
            .Select(parameter => $"{parameter["in"]}:{parameter["name"]}");
        var bodies = operation.Json["requestBody"]?["content"]?.AsObject()
            .SelectMany(media => media.Value!["schema"] is { } schema ? Members(description, schema, "") : []) ?? [];
        return [.. parameters.Concat(bodies.Select(pointer => "body:" + pointer)).Distinct().Order(StringComparer.Ordinal)];
    }

    private static IEnumerable<string> Members(ApiDescription description, JsonNode schema, string at)
    {
        if (IsId(schema))
        {
            yield return at;
            yield break;
        }
        var one = description.Resolve(schema);
        foreach (var (name, member) in one["properties"]?.AsObject() ?? [])
        {
            foreach (var pointer in Members(description, member!, $"{at}/{name}")) yield return pointer;
        }
        string[] combined = ["anyOf", "allOf", "oneOf"];
        foreach (var part in combined.SelectMany(name => one[name]?.AsArray() ?? []).Append(one["items"]).OfType<JsonNode>())
        {
            foreach (var pointer in Members(description, part, at)) yield return pointer;
        }
    }

    // What holds an id is of one of these shared schemas, or says so by its format.
    private static bool IsId(JsonNode schema) =>
        schema["$ref"]?.GetValue<string>() is Schemas + "Id" or Schemas + "ObjectName" || schema["format"]?.GetValue<string>() == "uuid";
}
