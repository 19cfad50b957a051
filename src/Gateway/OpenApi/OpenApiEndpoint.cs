using System.Text.Json;

namespace HostAtlas.Gateway.OpenApi;

/// <summary><c>GET /openapi/v1.json</c>: everything the platform answers, described in OpenAPI 3.1.</summary>
internal static class OpenApiEndpoint
{
    /// <summary>Where it is served.</summary>
    public const string Path = "/openapi/v1.json";

    private static readonly Lazy<byte[]> Description = new(() => JsonSerializer.SerializeToUtf8Bytes(OpenApiDocument.Build()));

    /// <summary>Maps its route.</summary>
    public static void Map(IEndpointRouteBuilder routes) => routes.MapMethods(Path, [HttpMethods.Get], GetAsync);

    /// <summary>200 with the description, the same for everybody.</summary>
    private static async Task GetAsync(HttpContext http)
    {
        http.Response.ContentType = "application/json";
        http.Response.ContentLength = Description.Value.Length;
        await http.Response.Body.WriteAsync(Description.Value, http.RequestAborted);
    }
}
