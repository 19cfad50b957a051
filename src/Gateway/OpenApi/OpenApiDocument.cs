using System.Text.Json.Nodes;
using HostAtlas.Gateway.Pages;

namespace HostAtlas.Gateway.OpenApi;

/// <summary>
/// The description as a whole. What an endpoint is alone in is written by hand in a part (one JSON file a group of paths, <c>parts/</c>);
/// what follows from the platform's own tables (problems, rights, headers of every answer, the dashboard's files) is put in here from
/// those very tables, so that it cannot tell another story than the code. Tests hold routes and answers against the outcome.
/// </summary>
internal static class OpenApiDocument
{
    private const string ResourcePrefix = "openapi/", Root = ResourcePrefix + "root.json", PageTemplate = "x-page";

    /// <summary>The whole, from the assembly's own parts.</summary>
    public static JsonObject Build()
    {
        var assembly = typeof(OpenApiDocument).Assembly;
        var names = assembly.GetManifestResourceNames().Where(name => name.StartsWith(ResourcePrefix, StringComparison.Ordinal));
        // The root first, then by name: the same order on every machine.
        return Build(names.OrderBy(name => name == Root ? 0 : 1).ThenBy(name => name, StringComparer.Ordinal).Select(name =>
        {
            using var stream = assembly.GetManifestResourceStream(name)!;
            return JsonNode.Parse(stream)!.AsObject();
        }), PageAsset.LoadAll());
    }

    /// <summary>
    /// The whole of these parts, the first of which is the root. Two parts that say the same thing twice are a mistake and throw.
    /// </summary>
    internal static JsonObject Build(IEnumerable<JsonObject> parts, IReadOnlyList<PageAsset> pages)
    {
        var document = new JsonObject();
        foreach (var part in parts)
        {
            var tag = Take(part, OpenApiNames.Tag)?.GetValue<string>();
            foreach (var path in part[OpenApiNames.Paths]?.AsObject() ?? []) Tag(path.Value!.AsObject(), tag);
            if (Take(part, PageTemplate) is JsonObject page) AddPages(document, page, tag, pages);
            Merge(document, part, string.Empty);
        }
        Complete(document);
        return document;
    }

    private static void Complete(JsonObject document)
    {
        var problems = new ProblemAnswers(document);
        var completion = new OperationCompletion(problems);
        foreach (var (path, item) in document[OpenApiNames.Paths]!.AsObject())
        {
            foreach (var method in OpenApiNames.Methods)
            {
                if (item![method] is JsonObject operation) completion.Complete(path, method, operation);
            }
        }
        problems.AddTheOnesOfNoOperation();
    }

    /// <summary>Each file of the dashboard is an address of its own; all of them answer alike.</summary>
    private static void AddPages(JsonObject document, JsonObject template, string? tag, IReadOnlyList<PageAsset> pages)
    {
        var paths = Member(document, OpenApiNames.Paths);
        foreach (var page in pages.OrderBy(page => page.Path, StringComparer.Ordinal))
        {
            var item = new JsonObject();
            foreach (var method in (string[])["get", "head"])
            {
                var operation = template.DeepClone().AsObject();
                operation["operationId"] = $"{method}Page{page.Path.Replace('/', '-')}";
                operation["summary"] = $"{page.Path} of the dashboard{(method == "head" ? ", without its content" : string.Empty)}";
                operation["responses"]!["200"]!["content"] = new JsonObject { [page.MediaType] = new JsonObject() };
                item[method] = operation;
            }
            Tag(item, tag);
            paths.Add(page.Path, item);
        }
    }

    private static void Tag(JsonObject item, string? tag)
    {
        foreach (var method in OpenApiNames.Methods)
        {
            if (item[method] is JsonObject operation && tag is not null) operation["tags"] = new JsonArray(tag);
        }
    }

    private static void Merge(JsonObject into, JsonObject part, string at)
    {
        foreach (var (name, value) in part.ToList())
        {
            part.Remove(name);
            if (into[name] is JsonObject there && value is JsonObject more) Merge(there, more, $"{at}/{name}");
            else if (!into.TryAdd(name, value)) throw new InvalidOperationException($"Two parts of the description say {at}/{name}.");
        }
    }

    private static JsonNode? Take(JsonObject part, string name)
    {
        var value = part[name];
        part.Remove(name);
        return value;
    }

    private static JsonObject Member(JsonObject parent, string name)
    {
        if (parent[name] is not JsonObject member) parent[name] = member = [];
        return member;
    }
}
