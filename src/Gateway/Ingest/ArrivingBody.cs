using System.IO.Pipelines;

namespace HostAtlas.Gateway.Ingest;

/// <summary>
/// A request's body part by part, as it arrives, and no longer than 15 s. Most bodies have arrived with their headers; only when one has
/// not is a timer started. A sender that goes away ends the reading by itself.
/// </summary>
internal sealed class ArrivingBody(PipeReader reader) : IDisposable
{
    // An agent waits 15 s for its answer. The server's own minimum rate is an average, which a fast start lets drop to nothing for an hour.
    private static readonly TimeSpan ArrivesWithin = TimeSpan.FromSeconds(15);

    private CancellationTokenSource? _deadline;

    /// <summary>What has arrived, at once or as soon as there is something. Each part is given back by <see cref="Advance"/>.</summary>
    public ValueTask<ReadResult> NextAsync() => reader.TryRead(out var arrived) ? new(arrived) : WaitAsync();

    /// <summary>Gives a part back; false when it was the last.</summary>
    public bool Advance(in ReadResult part)
    {
        reader.AdvanceTo(part.Buffer.End);
        return !part.IsCompleted;
    }

    /// <inheritdoc />
    public void Dispose() => _deadline?.Dispose();

    private ValueTask<ReadResult> WaitAsync()
    {
        _deadline ??= new CancellationTokenSource(ArrivesWithin);
        return reader.ReadAsync(_deadline.Token);
    }
}
