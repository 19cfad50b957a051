using System.Net;
using HostAtlas.Gateway.Ingest;
using HostAtlas.Gateway.OpenApi;
using HostAtlas.Gateway.Tests.Hosting;
using HostAtlas.TestSupport.Description;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace HostAtlas.Gateway.Tests.OpenApi;

/// <summary>What the running platform routes and what its description names are one and the same.</summary>
[Collection(nameof(PlatformCollection))]
public sealed class RoutesTests(TestPlatform platform)
{
    private static readonly ApiDescription Description = new(OpenApiDocument.Build());

    [Fact]
    public void Every_route_of_people_and_pages_is_described_and_no_other_is()
    {
        var mapped = platform.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
            .SelectMany(route => route.Metadata.GetRequiredMetadata<HttpMethodMetadata>().HttpMethods
                .Select(method => $"{method} {route.RoutePattern.RawText}"));
        var described = Description.Operations.Where(operation => !IsOfAgentsOrVault(operation)).Select(operation => operation.ToString());

        Assert.Equal(mapped.Order(), described.Order());
    }

    [Fact]
    public async Task An_address_that_is_described_has_one_spelling_and_any_other_is_not_found()
    {
        using var client = platform.NewHttpClient();
        foreach (var path in Description.Operations.Select(operation => operation.Path).Distinct().Where(path => path != "/"))
        {
            Assert.Equal(path, path.ToLowerInvariant());
            var own = path.Replace("{kind}", "packs", StringComparison.Ordinal);
            own = System.Text.RegularExpressions.Regex.Replace(own, @"\{\w+\}", BackupId);
            foreach (var spelling in (string[])[own + "/", own.ToUpperInvariant()])
            {
                using var answer = await client.GetAsync(new Uri(spelling, UriKind.Relative));
                Assert.Equal((spelling, HttpStatusCode.NotFound), (spelling, answer.StatusCode));
            }
        }
    }

    [Fact]
    public async Task Every_endpoint_of_agents_is_described_and_routed()
    {
        var endpoints = typeof(AgentEndpoint).Assembly.GetTypes()
            .Where(type => type.IsSubclassOf(typeof(AgentEndpoint)) && !type.IsAbstract && type != typeof(ResultEndpoint))
            .Select(type => ((AgentEndpoint)Activator.CreateInstance(type)!).Path)
            // The one whose path has an id in it is made for each request.
            .Append(ResultEndpoint.Find($"/api/agent/commands/{BackupId}/result")!.Path.Replace(BackupId, "{id}", StringComparison.Ordinal))
            .ToList();
        var described = Description.Operations.Where(IsOfAgents).ToList();
        Assert.Equal(endpoints.Order(), described.Select(operation => operation.Path).Order());

        using var client = platform.NewHttpClient();
        foreach (var operation in described)
        {
            Assert.Equal((operation.Path, "POST"), (operation.Path, operation.Method));
            var path = operation.Path.Replace("{id}", BackupId, StringComparison.Ordinal);
            using var answer = await client.GetAsync(new Uri(path, UriKind.Relative));
            Assert.Equal((path, HttpStatusCode.MethodNotAllowed), (path, answer.StatusCode));
        }
    }

    [Fact]
    public async Task The_vault_takes_the_methods_that_are_described()
    {
        var path = $"/vault/{BackupId}/{BackupId}/packs/{BackupId}";
        using var client = platform.NewHttpClient();
        foreach (var method in (string[])["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"])
        {
            using var request = new HttpRequestMessage(new HttpMethod(method), new Uri(path, UriKind.Relative));
            using var answer = await client.SendAsync(request);
            var described = Description.At(path).Any(operation => operation.Method == method);
            Assert.Equal((method, described), (method, answer.StatusCode != HttpStatusCode.MethodNotAllowed));
        }
    }

    private const string BackupId = "6f1c9a52-5d0e-4c6b-9a57-0c3f1f0a7d11";

    private static bool IsOfAgents(DescribedOperation operation) => operation.Path.StartsWith("/api/agent/", StringComparison.Ordinal);

    private static bool IsOfAgentsOrVault(DescribedOperation operation) =>
        IsOfAgents(operation) || operation.Path.StartsWith("/vault/", StringComparison.Ordinal);
}
