namespace HostAtlas.Agent.Backup.Run;

/// <summary>
/// How many bytes of chunks may be under way. One producer takes before it reads and waits when there is nothing left; whoever is done with
/// a chunk gives back. So a slow vault slows the reading, whatever the chunks' sizes.
/// </summary>
internal sealed class MemoryBudget
{
    private readonly long _all;
    private readonly Lock _lock = new();
    private long _free;
    private (long Wanted, TaskCompletionSource Signal)? _waiter;

    /// <summary>So many bytes, all of them free.</summary>
    public MemoryBudget(long bytes) => _all = _free = LowestFree = bytes;

    /// <summary>Where the memory comes from.</summary>
    public BoundedPool Pool { get; } = BoundedPool.ForChunks();

    /// <summary>Fewest bytes that were ever free.</summary>
    public long LowestFree { get; private set; }

    /// <summary>Takes so many bytes, at once or when they are free. Only one taker at a time.</summary>
    public ValueTask TakeAsync(long wanted, CancellationToken cancellation)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(wanted, _all);
        TaskCompletionSource signal;
        lock (_lock)
        {
            if (_waiter is null && _free >= wanted)
            {
                Take(wanted);
                return ValueTask.CompletedTask;
            }
            if (_waiter is not null) throw new InvalidOperationException("Somebody waits already.");
            signal = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _waiter = (wanted, signal);
        }
        return new ValueTask(signal.Task.WaitAsync(cancellation));
    }

    /// <summary>Gives so many bytes back.</summary>
    public void Give(long count)
    {
        TaskCompletionSource? served = null;
        lock (_lock)
        {
            _free += count;
            if (_waiter is { } waiter && _free >= waiter.Wanted)
            {
                Take(waiter.Wanted);
                served = waiter.Signal;
                _waiter = null;
            }
        }
        served?.SetResult();
    }

    private void Take(long wanted)
    {
        _free -= wanted;
        LowestFree = Math.Min(LowestFree, _free);
    }
}
