namespace HostAtlas.Gateway.People.Passwords;

/// <summary>
/// Who may hash now. Slow hashes are bounded on purpose, and whoever guesses must not take the turns of those who know: there are as many
/// turns as processors, of which strangers together have at most half (one at least); a turn that falls free goes to the most trusted that
/// waits, the first come among equals; and each kind has its own bounded line, beyond which the answer is at once that there are too many.
/// </summary>
/// <param name="turns">How many hash at a time.</param>
internal sealed class HashQueue(int turns)
{
    private const int MostKnownWaiting = 64, MostStrangersWaiting = 16;

    private readonly Lock _lock = new();
    private readonly LinkedList<TaskCompletionSource>[] _lines = [new(), new(), new()];
    private readonly int _strangersShare = Math.Max(1, turns / 2);
    private int _running, _strangersRunning;

    /// <summary>
    /// Waits for a turn; false at once when the line is full. Who has a turn gives it back by <see cref="Leave"/>. Cancelled: the place in
    /// the line is given up.
    /// </summary>
    public async Task<bool> EnterAsync(SignInTrust trust, CancellationToken cancellation)
    {
        LinkedListNode<TaskCompletionSource> place;
        lock (_lock)
        {
            var line = _lines[(int)trust];
            if (line.Count >= (trust == SignInTrust.Known ? MostKnownWaiting : MostStrangersWaiting)) return false;
            place = line.AddLast(new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
            CallNext();
        }
        await using var registration = cancellation.Register(() =>
        {
            lock (_lock)
            {
                // Not in a line any more: the turn was given already, and whoever waited uses it and leaves.
                if (place.List is null) return;
                place.List.Remove(place);
            }
            place.Value.TrySetCanceled(cancellation);
        });
        await place.Value.Task;
        return true;
    }

    /// <summary>Gives a turn back.</summary>
    public void Leave(SignInTrust trust)
    {
        lock (_lock)
        {
            _running--;
            if (trust != SignInTrust.Known) _strangersRunning--;
            CallNext();
        }
    }

    private void CallNext()
    {
        for (var trust = SignInTrust.Known; trust <= SignInTrust.Failing && _running < turns; trust++)
        {
            var line = _lines[(int)trust];
            while (line.First is { } first && _running < turns && (trust == SignInTrust.Known || _strangersRunning < _strangersShare))
            {
                line.RemoveFirst();
                _running++;
                if (trust != SignInTrust.Known) _strangersRunning++;
                first.Value.SetResult();
            }
        }
    }
}
