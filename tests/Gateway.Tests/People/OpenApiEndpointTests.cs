using System.Text.Json;
using HostAtlas.Gateway.Tests.People.Support;
using Microsoft.AspNetCore.Routing;

namespace HostAtlas.Gateway.Tests.People;

[Collection(PeopleCollection.Name)]
public sealed class OpenApiEndpointTests(PeopleHost host)
{
    [Fact]
    public async Task The_description_names_every_route_of_people_and_no_other()
    {
        var description = (await host.NewBrowser().GetAsync("/openapi/v1.json")).Json;
        var described = description.GetProperty("paths").EnumerateObject()
            .SelectMany(path => path.Value.EnumerateObject().Select(method => $"{method.Name.ToUpperInvariant()} {path.Name}"));
        var mapped = host.Routes
            .Where(route => route.RoutePattern.RawText is { } text
                && (text.StartsWith("/api/", StringComparison.Ordinal) || text.StartsWith("/openapi/", StringComparison.Ordinal)))
            .Select(route => $"{route.Metadata.GetRequiredMetadata<HttpMethodMetadata>().HttpMethods[0]} {route.RoutePattern.RawText}");

        Assert.Equal(mapped.Order(), described.Order());
    }

    [Fact]
    public async Task Everything_it_refers_to_is_there()
    {
        var description = (await host.NewBrowser().GetAsync("/openapi/v1.json")).Json;
        var references = References(description).ToList();

        Assert.NotEmpty(references);
        foreach (var reference in references)
        {
            var at = description;
            foreach (var part in reference.Split('/').Skip(1)) Assert.True(at.TryGetProperty(part, out at), $"{reference} leads nowhere.");
        }
    }

    private static IEnumerable<string> References(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Object => element.EnumerateObject()
            .SelectMany(member => member.Name == "$ref" ? [member.Value.GetString()!] : References(member.Value)),
        JsonValueKind.Array => element.EnumerateArray().SelectMany(References),
        _ => [],
    };
}
