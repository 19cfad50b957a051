using System.Collections.Concurrent;
using System.Text.Json.Nodes;

namespace HostAtlas.TestSupport.Description;

/// <summary>
/// Holds every answer that a test's client gets against the description that the same platform serves, and throws
/// <see cref="UndescribedAnswerException"/> when it says anything else. It stands in every client the tests make, so no endpoint and no
/// status can be forgotten in the description once a test has seen it.
/// </summary>
public sealed class DescribedAnswers(HttpMessageHandler inner) : DelegatingHandler(inner)
{
    // Every number of a long chart is judged otherwise; its form is judged by the short ones.
    private const long LargestBodyBytes = 256 * 1024;

    // One platform's description is that of all, since they are built from one source; asked once of each address nevertheless.
    private static readonly ConcurrentDictionary<string, ApiDescription> Known = new(StringComparer.Ordinal);
    private static readonly ConcurrentDictionary<string, ApiDescription> ByText = new(StringComparer.Ordinal);

    /// <summary>The description that a platform serves.</summary>
    public static async Task<ApiDescription> OfAsync(HttpMessageInvoker client, Uri address, CancellationToken cancellation)
    {
        var origin = address.GetLeftPart(UriPartial.Authority);
        if (Known.TryGetValue(origin, out var known)) return known;
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(address, "/openapi/v1.json"));
        using var answer = await client.SendAsync(request, cancellation);
        var text = await answer.EnsureSuccessStatusCode().Content.ReadAsStringAsync(cancellation);
        return Known[origin] = ByText.GetOrAdd(text, static text => new ApiDescription(JsonNode.Parse(text)!.AsObject()));
    }

    /// <inheritdoc />
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var answer = await base.SendAsync(request, cancellationToken);
        var asked = request.RequestUri!;
        if (asked.AbsolutePath == "/openapi/v1.json") return answer;
        var description = await OfAsync(new HttpMessageInvoker(InnerHandler!, disposeHandler: false), asked, cancellationToken);
        var seen = await SeenAsync(request, answer, cancellationToken);
        var faults = AnswerCheck.Faults(description, seen);
        if (faults.Count == 0) return answer;
        answer.Dispose();
        throw new UndescribedAnswerException($"{request.Method} {asked.PathAndQuery} answered {seen.Status}:\n{string.Join('\n', faults)}");
    }

    private static async Task<SeenAnswer> SeenAsync(HttpRequestMessage request, HttpResponseMessage answer, CancellationToken cancellation)
    {
        ReadOnlyMemory<byte>? body = null;
        var type = answer.Content.Headers.ContentType;
        // Objects of the vault and streams of events are left to whoever asked for them.
        if (type?.MediaType is null || type.MediaType.EndsWith("json", StringComparison.Ordinal))
        {
            await answer.Content.LoadIntoBufferAsync(cancellation);
            var bytes = await answer.Content.ReadAsByteArrayAsync(cancellation);
            if (bytes.Length <= LargestBodyBytes) body = bytes;
        }
        var headers = answer.Headers.NonValidated.Concat(answer.Content.Headers.NonValidated)
            .SelectMany(header => header.Value.Select(value => (header.Key, value)))
            .ToLookup(header => header.Key, header => header.value, StringComparer.OrdinalIgnoreCase);
        return new SeenAnswer(
            request.Method.Method, request.RequestUri!.AbsolutePath, (int)answer.StatusCode, headers, type?.ToString(), body);
    }
}

/// <summary>A platform answered what its own description does not say.</summary>
public sealed class UndescribedAnswerException(string message) : Exception(message);
