using System.Globalization;
using System.Text.Json.Nodes;
using HostAtlas.Gateway.Problems;
using HostAtlas.Shared.Wire;

namespace HostAtlas.Gateway.OpenApi;

/// <summary>
/// Answers that say no: one shared response for each status and set of slugs, whose status, title and headers come from the table that the
/// platform answers by, and whose texts come from the part <c>problems.json</c>.
/// </summary>
internal sealed class ProblemAnswers
{
    private readonly JsonObject _responses = [], _examples = [];

    /// <summary>Takes the texts out of the description and puts its problems' types, examples and responses in.</summary>
    public ProblemAnswers(JsonObject document)
    {
        var texts = document[OpenApiNames.Problems]!.AsObject();
        document.Remove(OpenApiNames.Problems);
        var components = document[OpenApiNames.Components]!.AsObject();
        (components[OpenApiNames.Responses], components["examples"]) = (_responses, _examples);
        var type = components["schemas"]!["Problem"]!["properties"]!["type"]!.AsObject();
        type["enum"] = TypesOf(ProblemTable.Slugs.Order(StringComparer.Ordinal));
        foreach (var slug in ProblemTable.Slugs.Order(StringComparer.Ordinal)) _examples[slug] = Example(slug, texts[slug]!.AsObject());
    }

    /// <summary>A reference for each status of these slugs.</summary>
    public IEnumerable<(string Status, JsonObject Response)> Of(IEnumerable<string> slugs, AnswerHeaders headers) =>
        from slug in slugs.Distinct().Order(StringComparer.Ordinal)
        group slug by ProblemTable.Of(slug).Status into status
        orderby status.Key
        select (Text(status.Key), Reference("responses", Name(status.Key, [.. status], headers)));

    /// <summary>Of an address that is not listed, and of a method that is not.</summary>
    public void AddTheOnesOfNoOperation()
    {
        foreach (var headers in (AnswerHeaders[])[new(NoStore: true), new()])
        {
            Name(StatusCodes.Status404NotFound, [ProblemSlug.NotFound], headers);
            Name(StatusCodes.Status405MethodNotAllowed, [ProblemSlug.MethodNotAllowed], headers);
        }
    }

    /// <summary><c>{"$ref": "#/components/…"}</c>.</summary>
    public static JsonObject Reference(string kind, string name) => new() { ["$ref"] = $"#/components/{kind}/{name}" };

    private string Name(int status, string[] slugs, AnswerHeaders headers)
    {
        var name = $"{status}_{string.Join('_', slugs)}{headers.Suffix}";
        if (!_responses.ContainsKey(name)) _responses[name] = Response(status, slugs, headers);
        return name;
    }

    private static JsonObject Response(int status, string[] slugs, AnswerHeaders headers) => new()
    {
        ["description"] = string.Join("; ", slugs.Select(slug => ProblemTable.Of(slug).Title)),
        [OpenApiNames.Headers] = headers.Of(status, slugs),
        ["content"] = new JsonObject
        {
            ["application/problem+json"] = new JsonObject
            {
                ["schema"] = new JsonObject
                {
                    ["allOf"] = new JsonArray(Reference("schemas", "Problem"), new JsonObject
                    {
                        ["properties"] = new JsonObject
                        {
                            ["type"] = new JsonObject { ["enum"] = TypesOf(slugs) },
                            ["status"] = new JsonObject { ["const"] = status },
                        },
                    }),
                },
                ["examples"] = new JsonObject(slugs.Select(slug => KeyValuePair.Create(slug, (JsonNode?)Reference("examples", slug)))),
            },
        },
    };

    private static JsonObject Example(string slug, JsonObject text)
    {
        var kind = ProblemTable.Of(slug);
        var value = new JsonObject { ["type"] = ProblemSlug.TypePrefix + slug, ["title"] = kind.Title, ["status"] = kind.Status };
        foreach (var (name, member) in text)
        {
            if (name != "meaning") value[name] = member!.DeepClone();
        }
        return new JsonObject { ["summary"] = text["meaning"]!.DeepClone(), ["value"] = value };
    }

    private static JsonArray TypesOf(IEnumerable<string> slugs) => [.. slugs.Select(slug => (JsonNode)(ProblemSlug.TypePrefix + slug))];

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
