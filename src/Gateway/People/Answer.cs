using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace HostAtlas.Gateway.People;

/// <summary>What an endpoint answers, as a value: decided first, written once, in <see cref="WriteAsync"/> of each kind.</summary>
internal abstract record Answer
{
    /// <summary>Writes the answer.</summary>
    public abstract Task WriteAsync(HttpContext http);

    /// <summary>A JSON body.</summary>
    public static Answer Json<T>(int status, T body, JsonTypeInfo<T> type, string? location = null) =>
        new JsonAnswer<T>(status, body, type, location);

    /// <summary>204.</summary>
    public static readonly Answer NoContent = new NoContentAnswer();
}

/// <summary>An answer with a JSON body.</summary>
internal sealed record JsonAnswer<T>(int Status, T Body, JsonTypeInfo<T> Type, string? Location) : Answer
{
    /// <inheritdoc />
    public override async Task WriteAsync(HttpContext http)
    {
        var bytes = JsonSerializer.SerializeToUtf8Bytes(Body, Type);
        http.Response.StatusCode = Status;
        http.Response.ContentType = "application/json";
        http.Response.ContentLength = bytes.Length;
        if (Location is not null) http.Response.Headers.Location = Location;
        await http.Response.Body.WriteAsync(bytes, http.RequestAborted);
    }
}

/// <summary>Done, and nothing to show.</summary>
internal sealed record NoContentAnswer : Answer
{
    /// <inheritdoc />
    public override Task WriteAsync(HttpContext http)
    {
        http.Response.StatusCode = StatusCodes.Status204NoContent;
        return Task.CompletedTask;
    }
}

/// <summary>A step of an endpoint: what it found, or the answer that ends the request.</summary>
internal readonly record struct Step<T>(T? Value, Answer? Failure) where T : class
{
    /// <summary>The step went well.</summary>
    public static implicit operator Step<T>(T value) => new(value, null);

    /// <summary>The request ends here.</summary>
    public static implicit operator Step<T>(Answer failure) => new(null, failure);
}
