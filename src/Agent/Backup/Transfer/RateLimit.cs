namespace HostAtlas.Agent.Backup.Transfer;

/// <summary>
/// Holds the bytes a second of all senders together under a limit: each piece is given its place on one time line. A pause leaves no credit
/// for more than a quarter of a second, so the limit holds over every few seconds, not only on average. Thread-safe.
/// </summary>
public sealed class RateLimit(long? bytesPerSecond, TimeProvider time)
{
    /// <summary>Pieces in which bytes are sent.</summary>
    public const int PieceBytes = 64 << 10;

    private static readonly TimeSpan Credit = TimeSpan.FromMilliseconds(250);

    private readonly Lock _lock = new();
    private readonly long _start = time.GetTimestamp();
    private TimeSpan _free;

    /// <summary>Waits until so many more bytes may go out.</summary>
    public Task WaitAsync(int bytes, CancellationToken cancellation)
    {
        if (bytesPerSecond is not { } rate) return Task.CompletedTask;
        TimeSpan wait;
        lock (_lock)
        {
            var now = time.GetElapsedTime(_start);
            if (_free < now - Credit) _free = now - Credit;
            wait = _free - now;
            _free += TimeSpan.FromSeconds((double)bytes / rate);
        }
        return wait > TimeSpan.Zero ? Task.Delay(wait, time, cancellation) : Task.CompletedTask;
    }
}
