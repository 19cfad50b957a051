using System.Buffers.Text;
using System.Text;

namespace HostAtlas.Agent.Collect.Parsing;

/// <summary>Walks over the fields of one line, parted by blanks and tabs, without copying them.</summary>
internal ref struct TextFields(ReadOnlySpan<byte> line)
{
    private ReadOnlySpan<byte> _rest = line;

    /// <summary>What of the line has not been read.</summary>
    public readonly ReadOnlySpan<byte> Rest => _rest;

    /// <summary>Reads a field; false when the line has no more.</summary>
    public bool TryNext(out ReadOnlySpan<byte> field)
    {
        _rest = _rest.TrimStart(" \t"u8);
        var end = _rest.IndexOfAny((byte)' ', (byte)'\t');
        field = end < 0 ? _rest : _rest[..end];
        _rest = _rest[field.Length..];
        return !field.IsEmpty;
    }

    /// <summary>Reads a field as text. Bytes that are no UTF-8 become U+FFFD: names on disk need not be UTF-8.</summary>
    public bool TryNextText(out string text)
    {
        var found = TryNext(out var field);
        text = Encoding.UTF8.GetString(field);
        return found;
    }

    /// <summary>Reads a counter: decimal digits only, at most 64 bits.</summary>
    public bool TryNextCounter(out ulong value)
    {
        value = 0;
        return TryNext(out var field) && field[0] is >= (byte)'0' and <= (byte)'9'
            && Utf8Parser.TryParse(field, out value, out var length) && length == field.Length;
    }

    /// <summary>Reads a whole number that may be negative.</summary>
    public bool TryNextSigned(out long value)
    {
        value = 0;
        return TryNext(out var field) && field[0] is (byte)'-' or >= (byte)'0' and <= (byte)'9'
            && Utf8Parser.TryParse(field, out value, out var length) && length == field.Length;
    }

    /// <summary>Reads a number that is finite and not negative, e.g. <c>0.42</c>.</summary>
    public bool TryNextNumber(out double value)
    {
        value = 0;
        return TryNext(out var field) && field[0] is >= (byte)'0' and <= (byte)'9'
            && Utf8Parser.TryParse(field, out value, out var length) && length == field.Length && double.IsFinite(value);
    }

    /// <summary>Reads over some fields; false when the line has fewer.</summary>
    public bool TrySkip(int count)
    {
        for (; count > 0; count--)
        {
            if (!TryNext(out _)) return false;
        }
        return true;
    }
}
