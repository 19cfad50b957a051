namespace HostAtlas.Agent.Collect.Parsing;

/// <summary>Walks over the lines of a text without copying it. A line feed at the end makes no further line.</summary>
internal ref struct TextLines(ReadOnlySpan<byte> text)
{
    private ReadOnlySpan<byte> _rest = text;

    /// <summary>Moves to the next line; false at the end.</summary>
    public bool TryNext(out TextFields line)
    {
        line = default;
        if (_rest.IsEmpty) return false;
        var end = _rest.IndexOf((byte)'\n');
        line = new TextFields(end < 0 ? _rest : _rest[..end]);
        _rest = end < 0 ? default : _rest[(end + 1)..];
        return true;
    }
}
