namespace HostAtlas.Agent.Backup.Run;

/// <summary>The path to where the walk is, as raw bytes; empty for "/".</summary>
internal sealed class WalkPath
{
    private readonly Stack<int> _lengths = new();
    private byte[] _bytes = new byte[4096];
    private int _length;

    /// <summary>The path.</summary>
    public ReadOnlySpan<byte> Bytes => _bytes.AsSpan(0, _length);

    /// <summary>Appends a slash and a name.</summary>
    public void Enter(ReadOnlySpan<byte> name)
    {
        _lengths.Push(_length);
        if (_length + name.Length + 1 > _bytes.Length) Array.Resize(ref _bytes, 2 * _bytes.Length);
        _bytes[_length] = (byte)'/';
        name.CopyTo(_bytes.AsSpan(_length + 1));
        _length += name.Length + 1;
    }

    /// <summary>Takes the last name away.</summary>
    public void Leave() => _length = _lengths.Pop();
}
