namespace HostAtlas.Gateway.People;

/// <summary>
/// <c>GET /openapi/v1.json</c>: people's API described in OpenAPI 3.1. Written by hand, since the contract is, and kept true by a test that
/// compares its paths with the routes.
/// </summary>
internal static class OpenApiEndpoint
{
    /// <summary>Where it is served.</summary>
    public const string Path = "/openapi/v1.json";

    private static readonly byte[] Description = Load();

    /// <summary>200 with the description, the same for everybody.</summary>
    public static async Task GetAsync(HttpContext http)
    {
        http.Response.ContentType = "application/json";
        http.Response.ContentLength = Description.Length;
        await http.Response.Body.WriteAsync(Description, http.RequestAborted);
    }

    private static byte[] Load()
    {
        using var stream = typeof(OpenApiEndpoint).Assembly.GetManifestResourceStream("openapi.v1.json")!;
        var content = new byte[stream.Length];
        stream.ReadExactly(content);
        return content;
    }
}
