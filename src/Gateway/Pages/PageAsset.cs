using System.Security.Cryptography;
using Microsoft.Net.Http.Headers;

namespace HostAtlas.Gateway.Pages;

/// <summary>One file of the dashboard, embedded in the assembly so that the gateway finds it from whatever folder it is started.</summary>
internal sealed class PageAsset
{
    private const string ResourcePrefix = "wwwroot/";
    private readonly byte[] _content;
    private readonly string _contentType;
    private readonly EntityTagHeaderValue _tag;

    private PageAsset(string name, byte[] content)
    {
        Path = PathOf(name);
        _content = content;
        _contentType = ContentTypeOf(name);
        _tag = new EntityTagHeaderValue($"\"{Convert.ToHexStringLower(SHA256.HashData(content).AsSpan(0, 16))}\"");
    }

    /// <summary>Where it is served.</summary>
    public string Path { get; }

    /// <summary>What it is, without parameters.</summary>
    public string MediaType => _contentType.Split(';')[0];

    /// <summary>Every file there is.</summary>
    public static IReadOnlyList<PageAsset> LoadAll()
    {
        var assembly = typeof(PageAsset).Assembly;
        var names = assembly.GetManifestResourceNames().Where(name => name.StartsWith(ResourcePrefix, StringComparison.Ordinal));
        return [.. names.Select(name =>
        {
            using var stream = assembly.GetManifestResourceStream(name)!;
            var content = new byte[stream.Length];
            stream.ReadExactly(content);
            return new PageAsset(name[ResourcePrefix.Length..], content);
        })];
    }

    /// <summary>
    /// Answers 200, or 304 to a browser that holds this very content. A new version of the platform shows at the next load.
    /// </summary>
    public async Task WriteAsync(HttpContext http)
    {
        var headers = http.Response.GetTypedHeaders();
        headers.ETag = _tag;
        headers.CacheControl = new CacheControlHeaderValue { NoCache = true };
        if (http.Request.GetTypedHeaders().IfNoneMatch.Any(tag => tag.Compare(_tag, useStrongComparison: false)))
        {
            http.Response.StatusCode = StatusCodes.Status304NotModified;
            return;
        }
        http.Response.ContentType = _contentType;
        http.Response.ContentLength = _content.Length;
        if (!HttpMethods.IsHead(http.Request.Method)) await http.Response.Body.WriteAsync(_content, http.RequestAborted);
    }

    /// <summary>Pages have the addresses that people type, everything else its file's name.</summary>
    internal static string PathOf(string name) => name switch
    {
        "index.html" => "/",
        _ when name.EndsWith(".html", StringComparison.Ordinal) => "/" + System.IO.Path.GetFileNameWithoutExtension(name),
        _ => "/" + name,
    };

    private static string ContentTypeOf(string name) => System.IO.Path.GetExtension(name) switch
    {
        ".html" => "text/html; charset=utf-8",
        ".js" => "text/javascript; charset=utf-8",
        ".css" => "text/css; charset=utf-8",
        ".svg" => "image/svg+xml",
        var other => throw new NotSupportedException($"No content type is known for a page's file of type {other}."),
    };
}
