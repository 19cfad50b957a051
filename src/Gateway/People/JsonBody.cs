using System.Buffers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using System.Text.Unicode;
using HostAtlas.Shared;
using HostAtlas.Shared.Wire;

namespace HostAtlas.Gateway.People;

/// <summary>
/// Reads a person's JSON body, at most 1 MiB. Bytes that are no JSON are 400; JSON of another shape is 422 with a pointer. The two are told
/// apart by parsing first and binding second.
/// </summary>
internal static class JsonBody
{
    private static readonly JsonDocumentOptions Strict = new() { MaxDepth = 16, AllowDuplicateProperties = false };

    /// <summary>Reads and binds the request's body; an empty one is no JSON.</summary>
    public static async Task<Step<T>> ReadAsync<T>(HttpContext http, JsonTypeInfo<T> type) where T : class
    {
        if (http.Request.ContentLength > Limits.RequestBodyBytes) return TooLarge;
        var read = await http.Request.BodyReader.ReadAtLeastAsync(Limits.RequestBodyBytes + 1, http.RequestAborted);
        try
        {
            return read.Buffer.Length > Limits.RequestBodyBytes ? TooLarge : Bind(read.Buffer.ToArray(), type);
        }
        finally
        {
            http.Request.BodyReader.AdvanceTo(read.Buffer.End);
        }
    }

    /// <summary>Binds bytes to a body's record.</summary>
    internal static Step<T> Bind<T>(byte[] utf8, JsonTypeInfo<T> type) where T : class
    {
        if (!Utf8.IsValid(utf8)) return Malformed("The body is not UTF-8.");
        try
        {
            using var document = JsonDocument.Parse(utf8, Strict);
            return document.RootElement.ValueKind == JsonValueKind.Object
                ? BindElement(document.RootElement, type)
                : Failure.Invalid(new ContentError(string.Empty, "An object is expected."));
        }
        catch (JsonException fault)
        {
            return Malformed(
                // Of a member that comes twice the parser tells no line.
                $"The body is not JSON{(fault.LineNumber is { } line ? $" (line {line + 1})" : "")}. "
                + "Send one object with each member once, at most 16 levels deep.");
        }
    }

    private static Step<T> BindElement<T>(JsonElement element, JsonTypeInfo<T> type) where T : class
    {
        try
        {
            return element.Deserialize(type)!;
        }
        catch (JsonException fault)
        {
            return Failure.Invalid(new ContentError(Pointer(fault.Path), "Of another type than expected, or text that is not Unicode."));
        }
    }

    /// <summary>
    /// A JSON Pointer (RFC 6901) of the serializer's path: <c>$.scopes[2]</c> -> <c>/scopes/2</c>. Our members need no escapes.
    /// </summary>
    private static string Pointer(string? path)
    {
        var pointer = new StringBuilder();
        var parts = (path ?? "$").Split(['$', '.', '[', ']'], StringSplitOptions.RemoveEmptyEntries);
        foreach (var part in parts) pointer.Append('/').Append(part);
        return pointer.ToString();
    }

    private static Failure TooLarge => new(ProblemSlug.TooLarge, "The body is larger than 1 MiB.");

    private static Failure Malformed(string detail) => new(ProblemSlug.MalformedRequest, detail);
}
