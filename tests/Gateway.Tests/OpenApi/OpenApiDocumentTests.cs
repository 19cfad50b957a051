using System.Text.Json;
using System.Text.Json.Nodes;
using HostAtlas.Engine.Teams;
using HostAtlas.Gateway.OpenApi;
using HostAtlas.Gateway.Pages;
using HostAtlas.Gateway.People.Rights;
using HostAtlas.Gateway.Problems;
using HostAtlas.Shared.Wire;
using HostAtlas.TestSupport.Description;

namespace HostAtlas.Gateway.Tests.OpenApi;

/// <summary>The description by itself: valid, complete, and of one mind with the platform's tables.</summary>
public sealed class OpenApiDocumentTests
{
    private static readonly ApiDescription Description = new(OpenApiDocument.Build());
    private static readonly JsonObject Document = Description.Document;

    [Fact]
    public void It_is_OpenAPI_3_1_without_a_fault()
    {
        var read = Microsoft.OpenApi.OpenApiDocument.Parse(Document.ToJsonString(), "json");

        Assert.Equal(Microsoft.OpenApi.OpenApiSpecVersion.OpenApi3_1, read.Diagnostic!.SpecificationVersion);
        Assert.Empty(read.Diagnostic.Errors.Concat(read.Diagnostic.Warnings).Select(fault => fault.ToString()));
        Assert.Equal(Document["paths"]!.AsObject().Count, read.Document!.Paths.Count);
    }

    [Fact]
    public void It_is_the_same_each_time_it_is_put_together() =>
        Assert.Equal(Document.ToJsonString(), OpenApiDocument.Build().ToJsonString());

    [Fact]
    public void Two_parts_that_say_the_same_thing_are_a_mistake()
    {
        var one = new JsonObject { ["components"] = new JsonObject { ["schemas"] = new JsonObject { ["A"] = new JsonObject() } } };
        one["components"]!["schemas"]!["A"] = "first";
        var other = one.DeepClone().AsObject();

        var fault = Assert.Throws<InvalidOperationException>(() => OpenApiDocument.Build([one, other], PageAsset.LoadAll()));
        Assert.Contains("/components/schemas/A", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_reference_leads_somewhere_and_everything_shared_is_used()
    {
        var references = Nodes(Document).OfType<JsonObject>().Select(node => node["$ref"]?.GetValue<string>()).OfType<string>().ToHashSet();
        foreach (var reference in references) Description.Resolve(new JsonObject { ["$ref"] = reference });

        var unused = Document["components"]!.AsObject().Where(kind => kind.Key != "securitySchemes")
            .SelectMany(kind => kind.Value!.AsObject().Select(one => $"#/components/{kind.Key}/{one.Key}"))
            .Except(references)
            // These two are of no operation: the document's own text speaks of them.
            .Where(name => !name.Contains("/responses/404_not-found", StringComparison.Ordinal)
                && !name.Contains("/responses/405_method-not-allowed", StringComparison.Ordinal));
        Assert.Empty(unused);
    }

    [Fact]
    public void Every_operation_has_an_id_of_its_own_a_summary_and_a_tag_that_is_explained()
    {
        Assert.Equal(Description.Operations.Count, Description.Operations.Select(operation => operation.Id).Distinct().Count());
        var tags = Document["tags"]!.AsArray().Select(tag => tag!["name"]!.GetValue<string>()).ToHashSet();
        foreach (var operation in Description.Operations)
        {
            Assert.True(operation.Json["summary"]?.GetValue<string>() is { Length: > 0 }, $"{operation} has no summary.");
            Assert.Contains(Assert.Single(operation.Json["tags"]!.AsArray())!.GetValue<string>(), tags);
        }
        Assert.Equal(tags.Order(), Description.Operations.Select(one => one.Json["tags"]![0]!.GetValue<string>()).Distinct().Order());
    }

    [Fact]
    public void Every_body_and_parameter_has_an_example_that_is_valid()
    {
        foreach (var operation in Description.Operations)
        {
            var contents = operation.Responses
                .Select(response => (Where: $"{operation} {response.Key}", Description.Resolve(response.Value!)["content"]))
                .Append(($"{operation} request", operation.Json["requestBody"]?["content"]));
            foreach (var (where, content) in contents)
            {
                foreach (var (type, media) in content?.AsObject() ?? [])
                {
                    // A file, an object's bytes, and the description itself explain themselves.
                    if (media!["schema"] is null || operation.Path == OpenApiEndpoint.Path) continue;
                    AssertExamples($"{where} {type}", media.AsObject(), media["schema"]!);
                }
            }
            foreach (var parameter in operation.AllParameters.Select(Description.Resolve))
            {
                if (parameter["schema"]!["enum"] is null && parameter["schema"]!["default"] is null)
                    AssertExamples($"{operation} {parameter["name"]}", parameter.AsObject(), parameter["schema"]!);
            }
        }
    }

    [Fact]
    public void Answers_carry_nothing_that_is_not_described()
    {
        foreach (var operation in Description.Operations)
        {
            foreach (var (status, response) in operation.Responses)
            {
                foreach (var (_, media) in Description.Resolve(response!)["content"]?.AsObject() ?? [])
                {
                    if (media!["schema"] is not { } schema || operation.Path == OpenApiEndpoint.Path) continue;
                    foreach (var open in OpenObjects(schema, []))
                        Assert.Fail($"{operation} {status}: an object is not closed (additionalProperties): {open}");
                }
            }
        }
    }

    [Fact]
    public void Every_row_of_the_rights_table_is_named_by_an_operation_with_its_role_and_scopes()
    {
        var named = Description.Operations.Where(operation => operation.Json[OpenApiNames.Right] is not null).ToList();
        Assert.Equal(
            Enum.GetNames<Operation>().Order(), named.Select(one => one.Json[OpenApiNames.Right]!.GetValue<string>()).Distinct().Order());
        foreach (var operation in named)
        {
            var right = Enum.Parse<Operation>(operation.Json[OpenApiNames.Right]!.GetValue<string>());
            var rights = operation.Json[OpenApiNames.Rights]!;
            var role = rights["role"]!.GetValue<string>();
            var scopes = rights["scopes"]!.AsArray().Select(scope => WireNames.Scope(scope!.GetValue<string>())).ToList();
            foreach (var one in Enum.GetValues<TeamRole>())
                Assert.Equal(RightsTable.Allows(one, right), one >= Enum.GetValues<TeamRole>().Single(any => WireNames.Of(any) == role));
            foreach (var scope in (KeyScopes[])[KeyScopes.Read, KeyScopes.Write, KeyScopes.ServersEnroll])
                Assert.Equal(RightsTable.Allows(scope, right), scopes.Contains(scope));
            Assert.Equal(scopes.Count > 0, operation.Security.Contains("key"));
        }
    }

    [Fact]
    public void Every_problem_of_the_closed_set_is_explained_and_answered_by_something()
    {
        var examples = Document["components"]!["examples"]!.AsObject();
        Assert.Equal(ProblemTable.Slugs.Order(), examples.Select(example => example.Key).Order());
        var types = Document["components"]!["schemas"]!["Problem"]!["properties"]!["type"]!["enum"]!.AsArray();
        Assert.Equal(
            ProblemTable.Slugs.Select(slug => ProblemSlug.TypePrefix + slug).Order(),
            types.Select(type => type!.GetValue<string>()).Order());
        var answered = Document["components"]!["responses"]!.AsObject()
            .SelectMany(response => Nodes(response.Value!).OfType<JsonObject>().Select(node => node["$ref"]?.GetValue<string>()))
            .ToHashSet();
        foreach (var slug in ProblemTable.Slugs) Assert.Contains($"#/components/examples/{slug}", answered);
    }

    private static void AssertExamples(string where, JsonObject holder, JsonNode schema)
    {
        var examples = holder["examples"] is JsonObject many
            ? many.Select(one => Description.Resolve(one.Value!)["value"]).ToList()
            : [holder["example"]];
        foreach (var example in examples)
        {
            Assert.True(example is not null, $"{where} has no example.");
            using var json = JsonDocument.Parse(example.ToJsonString());
            var faults = Description.FaultsOf(schema, json.RootElement);
            Assert.True(faults.Count == 0, $"{where}: {string.Join("; ", faults)}");
        }
    }

    private static IEnumerable<string> OpenObjects(JsonNode schema, HashSet<string> seen)
    {
        if (schema is not JsonObject one) yield break;
        if (one["$ref"]?.GetValue<string>() is { } reference && !seen.Add(reference)) yield break;
        var resolved = Description.Resolve(schema).AsObject();
        var isObject = resolved["type"]?.ToJsonString().Contains("\"object\"", StringComparison.Ordinal) == true;
        if (isObject && resolved["additionalProperties"] is null) yield return resolved.ToJsonString();
        foreach (var (_, property) in resolved["properties"]?.AsObject() ?? [])
        {
            foreach (var open in OpenObjects(property!, seen)) yield return open;
        }
        string[] combined = ["allOf", "anyOf", "oneOf"];
        var nested = combined.SelectMany(name => resolved[name]?.AsArray() ?? []).Append(resolved["items"]);
        foreach (var open in nested.OfType<JsonNode>().SelectMany(node => OpenObjects(node, seen))) yield return open;
    }

    private static IEnumerable<JsonNode> Nodes(JsonNode? node) => node switch
    {
        JsonObject one => one.SelectMany(member => Nodes(member.Value)).Prepend(one),
        JsonArray many => many.SelectMany(Nodes),
        _ => [],
    };
}
