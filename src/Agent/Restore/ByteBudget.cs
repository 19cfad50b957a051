namespace HostAtlas.Agent.Restore;

/// <summary>
/// At most so many bytes are out at a time; whoever wants more waits, first come first served, so that what was asked for first is written
/// first and no file waits for one behind it. Thread-safe.
/// </summary>
internal sealed class ByteBudget(long mostBytes)
{
    private readonly Lock _lock = new();
    private readonly Queue<(long Bytes, TaskCompletionSource Turn)> _waiting = [];
    private long _out;

    /// <summary>Takes bytes, at most all of the budget.</summary>
    public Task TakeAsync(long bytes)
    {
        bytes = Math.Min(bytes, mostBytes);
        lock (_lock)
        {
            if (_waiting.Count == 0 && _out + bytes <= mostBytes)
            {
                _out += bytes;
                return Task.CompletedTask;
            }
            var turn = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _waiting.Enqueue((bytes, turn));
            return turn.Task;
        }
    }

    /// <summary>Gives bytes back.</summary>
    public void Give(long bytes)
    {
        lock (_lock)
        {
            _out -= Math.Min(bytes, mostBytes);
            while (_waiting.TryPeek(out var next) && _out + next.Bytes <= mostBytes)
            {
                _out += next.Bytes;
                _waiting.Dequeue();
                next.Turn.SetResult();
            }
        }
    }
}
