using System.Text.Json;

namespace HostAtlas.TestSupport.Clients;

/// <summary>A stream of server-sent events as a browser reads it.</summary>
public sealed class EventReader(HttpResponseMessage answer, StreamReader stream) : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <summary>Comments that came until now.</summary>
    public int Comments { get; private set; }

    /// <summary>How long the stream asked to wait before coming again, in milliseconds; null before it did.</summary>
    public string? Retry { get; private set; }

    /// <summary>The next event; null at the stream's end, which must be that of a whole answer.</summary>
    public async Task<SeenEvent?> NextAsync()
    {
        using var patience = new CancellationTokenSource(Patience);
        var fields = new Dictionary<string, string>(StringComparer.Ordinal);
        while (await stream.ReadLineAsync(patience.Token) is { } line)
        {
            if (line.Length == 0 && fields.TryGetValue("data", out var data)) return new SeenEvent(fields["id"], fields["event"], data);
            if (line.StartsWith(':')) Comments++;
            else if (line.Split(": ", 2) is ["retry", var retry]) Retry = retry;
            else if (line.Split(": ", 2) is [var name, var value]) fields[name] = value;
        }
        return null;
    }

    /// <summary>The next event, which must be of this name.</summary>
    public async Task<SeenEvent> NextAsync(string name)
    {
        var next = await NextAsync();
        return next?.Name == name
            ? next : throw new InvalidOperationException($"{name} was expected and not {next?.ToString() ?? "the stream's end"}.");
    }

    /// <summary>What came until the end, which must come.</summary>
    public async Task<IReadOnlyList<SeenEvent>> EndAsync()
    {
        var rest = new List<SeenEvent>();
        while (await NextAsync() is { } next) rest.Add(next);
        return rest;
    }

    /// <inheritdoc />
    public void Dispose()
    {
        stream.Dispose();
        answer.Dispose();
    }
}

/// <summary>An event as it came.</summary>
public sealed record SeenEvent(string Id, string Name, string Data)
{
    /// <summary>The id of what has changed.</summary>
    public string Subject => JsonDocument.Parse(Data).RootElement.GetProperty("subject").GetProperty("id").GetString()!;
}
