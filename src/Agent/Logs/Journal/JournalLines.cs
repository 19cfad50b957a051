namespace HostAtlas.Agent.Logs.Journal;

/// <summary>Cuts journalctl's output into entries, in bounded memory whatever an entry's length.</summary>
internal sealed class JournalLines(Stream output)
{
    private const int MostBytes = 1 << 20, EdgeBytes = 64 << 10;

    private readonly byte[] _buffer = new byte[MostBytes];
    private byte[]? _beginning;
    private int _filled, _taken;

    /// <summary>The next entry; null at the end. What is no entry is passed over.</summary>
    public async Task<JournalEntry?> NextAsync(CancellationToken stop)
    {
        while (true)
        {
            if (TryTake(out var entry))
            {
                if (entry is not null) return entry;
                continue;
            }
            if (_taken > 0)
            {
                _buffer.AsSpan(_taken, _filled - _taken).CopyTo(_buffer);
                _filled -= _taken;
                _taken = 0;
            }
            if (_filled == MostBytes) LetGo();
            var read = await output.ReadAsync(_buffer.AsMemory(_filled), stop);
            if (read == 0) return null;
            _filled += read;
        }
    }

    private bool TryTake(out JournalEntry? entry)
    {
        entry = null;
        var rest = _buffer.AsSpan(_taken, _filled - _taken);
        var length = rest.IndexOf((byte)'\n');
        if (length < 0) return false;
        entry = _beginning is null ? JournalEntry.Parse(rest[..length]) : JournalEntry.TooLong([.. _beginning, .. rest[..length]]);
        _beginning = null;
        _taken += length + 1;
        return true;
    }

    // An entry that does not fit: its edges are enough to know where it stands.
    private void LetGo()
    {
        _beginning ??= _buffer[..EdgeBytes];
        _buffer.AsSpan(_filled - EdgeBytes).CopyTo(_buffer);
        _filled = EdgeBytes;
    }
}
