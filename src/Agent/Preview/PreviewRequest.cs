using System.Globalization;
using System.Text;
using System.Text.Json;

namespace HostAtlas.Agent.Preview;

/// <summary>A request as it would go out.</summary>
/// <param name="Path">The endpoint.</param>
/// <param name="Body">The body as it would be sent, compressed when <paramref name="Gzip"/> says so.</param>
/// <param name="Plain">The same, decoded.</param>
/// <param name="Gzip">It is compressed.</param>
/// <param name="IsWaiting">It is the very request that is sent next; else one like it, of this moment.</param>
internal sealed record PreviewRequest(string Path, byte[] Body, byte[] Plain, bool Gzip, bool IsWaiting)
{
    private const string Token = "<this server's token>", Time = "<Unix seconds when it is sent>",
        Signature = "<HMAC-SHA256 of time and body, by a key derived from the token>";

    /// <summary>The headers as they are sent. What proves who sends is not shown, nor what the moment of sending gives.</summary>
    public IReadOnlyList<(string Name, string Value)> Headers(string authority)
    {
        List<(string, string)> headers =
        [
            ("Host", authority), ("Authorization", $"Bearer {Token}"), ("X-Timestamp", Time), ("X-Signature", Signature),
            ("User-Agent", $"hostatlas-agent/{AgentVersion.Text}"), ("Content-Type", "application/json"),
        ];
        if (Gzip) headers.Add(("Content-Encoding", "gzip"));
        headers.Add(("Content-Length", Body.Length.ToString(CultureInfo.InvariantCulture)));
        return headers;
    }

    /// <summary>For people: the request, its body decoded.</summary>
    public string Write(string authority)
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"POST {Path} HTTP/1.1\n");
        foreach (var (name, value) in Headers(authority)) text.Append(CultureInfo.InvariantCulture, $"{name}: {value}\n");
        text.Append('\n').Append(Encoding.UTF8.GetString(Plain)).Append("\n\n");
        if (Gzip)
            text.Append(CultureInfo.InvariantCulture,
                $"# The body is shown decoded, {Plain.Length} bytes; it is sent compressed, {Body.Length} bytes.\n");
        text.Append(IsWaiting ? "# This is the request that goes out next.\n\n"
            : "# Nothing waits: this is what would be sent of this moment; values, times and the batch's id will be others.\n\n");
        return text.ToString();
    }

    /// <summary>For programs: an object's members; <c>bodyBase64</c> has the bytes as they would be sent.</summary>
    public void WriteJson(Utf8JsonWriter writer, string authority)
    {
        writer.WriteString("method", "POST");
        writer.WriteString("path", Path);
        writer.WriteStartObject("headers");
        foreach (var (name, value) in Headers(authority)) writer.WriteString(name, value);
        writer.WriteEndObject();
        writer.WriteBoolean("waiting", IsWaiting);
        writer.WriteString("body", Plain);
        writer.WriteString("bodyBase64", Convert.ToBase64String(Body));
    }
}
