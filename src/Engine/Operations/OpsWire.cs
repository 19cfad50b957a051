using System.Text.Json;
using System.Text.Json.Serialization;
using HostAtlas.Engine.Cluster;

namespace HostAtlas.Engine.Operations;

/// <summary>
/// What goes over <c>DATA/ops.sock</c>: one line of JSON each way, then the connection ends.
/// <code>
/// {"verb":"teams plan","args":{"team":"…","servers":"50"},"json":false}
/// {"exit":0,"stdout":"…","stderr":"…"}
/// </code>
/// An answer that is too long for one line has a <c>next</c>: the same request with it as <c>after</c> brings what follows.
/// Whoever can open the socket is an operator: it is 0600, so that is the platform's own user and root.
/// </summary>
public sealed record OpsRequest(
    string Verb, IReadOnlyDictionary<string, string>? Args = null, bool Json = false, string? After = null)
{
    /// <summary>An argument's text, or null.</summary>
    public string? Argument(string name) => Args?.GetValueOrDefault(name);

    /// <summary>Who asks, as the kernel says of the connection; never read from the line.</summary>
    [JsonIgnore]
    public Author By { get; init; } = Author.OfOperator("unknown");
}

/// <summary>Exit code (0 done, 1 failed, 2 wrong usage) and what to print. <paramref name="Next"/>: there is more to ask for.</summary>
public sealed record OpsAnswer(int Exit, string Stdout = "", string Stderr = "",
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Next = null)
{
    /// <summary>It could not be done; the text says what to do next.</summary>
    public static OpsAnswer Failed(string text) => new(1, Stderr: text + "\n");

    /// <summary>It was asked for wrongly.</summary>
    public static OpsAnswer WrongUsage(string text) => new(2, Stderr: text + "\n");
}

/// <summary>The socket's file and limits.</summary>
public static class OpsSocket
{
    /// <summary>Bytes of a request line without its line feed; operators' arguments are short.</summary>
    public const int RequestBytes = 16 * 1024;

    /// <summary>Bytes of an answer line.</summary>
    public const int AnswerBytes = 4 * 1024 * 1024;

    /// <summary>Where the socket of a data folder lies.</summary>
    public static string PathIn(string dataDirectory) => Path.Combine(Path.GetFullPath(dataDirectory), "ops.sock");

    /// <summary>
    /// Reads up to a line feed, which is left out. Null when the other side closed before one; <see cref="InvalidDataException"/> when the
    /// line is longer than <paramref name="limitBytes"/>. What follows the line feed is not read.
    /// </summary>
    public static async Task<byte[]?> ReadLineAsync(Stream stream, int limitBytes, CancellationToken cancellation)
    {
        var buffer = new byte[Math.Min(4096, limitBytes + 1)];
        var length = 0;
        while (true)
        {
            var read = await stream.ReadAsync(buffer.AsMemory(length), cancellation).ConfigureAwait(false);
            if (read == 0) return null;
            var end = buffer.AsSpan(length, read).IndexOf((byte)'\n');
            if (end >= 0) return buffer[..(length + end)];
            length += read;
            if (length > limitBytes) throw new InvalidDataException($"The line is longer than {limitBytes} bytes.");
            if (length == buffer.Length) Array.Resize(ref buffer, Math.Min(buffer.Length * 2, limitBytes + 1));
        }
    }
}

/// <summary>Source-generated JSON of the socket.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, RespectRequiredConstructorParameters = true, RespectNullableAnnotations = true)]
[JsonSerializable(typeof(OpsRequest))]
[JsonSerializable(typeof(OpsAnswer))]
internal sealed partial class OpsJson : JsonSerializerContext;
