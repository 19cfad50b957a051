using System.Text;
using HostAtlas.Agent.Redaction.Scan;

namespace HostAtlas.Agent.Redaction;

/// <summary>
/// Lines of bytes in, lines of bytes out, one for one, as they come: what was read is written before more is waited for. Bytes that are not
/// UTF-8 become U+FFFD before anything is looked at: what is matched is exactly what is sent. Memory is bounded whatever a line's length.
/// </summary>
public sealed class RedactionFilter(Redactor redactor, RedactionMode mode, RedactionState state = default)
{
    private const int BufferBytes = 1 << 20, Overlap = 64;
    private const byte LineFeed = (byte)'\n', Return = (byte)'\r';

    private readonly byte[] _buffer = new byte[BufferBytes];
    private readonly bool _scans = mode == RedactionMode.Log && redactor.HasBuiltInRulesAlone;
    private RedactionState _state = state;
    private bool _tooLong;

    /// <summary>What the last line left for the next.</summary>
    public RedactionState State => _state;

    /// <summary>Writes a line of its own for each line, instead of the text alone.</summary>
    public Func<RedactedLine, string>? Describe { get; init; }

    /// <summary>Reads to the end.</summary>
    public async Task RunAsync(Stream input, Stream output, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(input);
        ArgumentNullException.ThrowIfNull(output);
        using var written = new MemoryStream(BufferBytes);
        // In front of the data stands the end of the line before it.
        _buffer[0] = LineFeed;
        var filled = 1;
        while (true)
        {
            var read = await input.ReadAsync(_buffer.AsMemory(filled), stop);
            filled += read;
            var taken = Take(filled, atEnd: read == 0, written);
            _buffer.AsSpan(taken, filled - taken).CopyTo(_buffer.AsSpan(1));
            filled -= taken - 1;
            if (written.Length > 0)
            {
                await output.WriteAsync(written.GetBuffer().AsMemory(0, (int)written.Length), stop);
                await output.FlushAsync(stop);
                written.SetLength(0);
            }
            if (read == 0) return;
        }
    }

    // Handles the whole lines of what was read; gives where the rest begins.
    private int Take(int filled, bool atEnd, MemoryStream written)
    {
        var data = _buffer.AsSpan(0, filled);
        var at = 1;
        while (at < filled)
        {
            var scans = _scans && Describe is null && !_state.InKeyBlock && !_tooLong;
            if (scans) at = PassOver(data, at, written);
            if (at >= filled) break;
            var length = data[at..].IndexOf(LineFeed);
            if (length < 0 && !atEnd) return at + Shorten(data[at..]);
            var line = length < 0 ? data[at..] : data.Slice(at, length);
            Write(line, written, isMarked: scans);
            if (length >= 0) written.WriteByte(LineFeed);
            at += length < 0 ? line.Length : length + 1;
        }
        return at;
    }

    // Lets whole lines through that hold no mark; gives where the line begins that must be looked at.
    private static int PassOver(ReadOnlySpan<byte> data, int at, MemoryStream written)
    {
        var end = data.LastIndexOf(LineFeed) + 1;
        if (end <= at) return at;
        var hit = LineScan.Next(data[..end], at - 1);
        var stop = hit < 0 ? end : hit < at ? at : data[hit] == LineFeed ? hit + 1 : data[..hit].LastIndexOf(LineFeed) + 1;
        // A line that is too long is not let through either.
        for (var from = at; from < stop;)
        {
            if (stop - from <= Redactor.MostBytes) break;
            var last = data.Slice(from, Redactor.MostBytes + 1).LastIndexOf(LineFeed);
            if (last < 0)
            {
                stop = from;
                break;
            }
            from += last + 1;
        }
        written.Write(data[at..stop]);
        return stop;
    }

    // The beginning of a line that is too long is let go of, but for a few bytes in which a block of a key may begin.
    private int Shorten(ReadOnlySpan<byte> rest)
    {
        if (rest.Length <= Redactor.MostBytes + 1) return 0;
        _tooLong = true;
        _state = redactor.Redact(mode, Encoding.UTF8.GetString(rest) + new string(' ', Redactor.MostBytes), _state).State;
        return rest.Length - Overlap;
    }

    private void Write(ReadOnlySpan<byte> line, MemoryStream written, bool isMarked)
    {
        var returned = line.Length > 0 && line[^1] == Return;
        if (returned) line = line[..^1];
        var text = Encoding.UTF8.GetString(line);
        if (_tooLong) text += new string(' ', Redactor.MostBytes);
        _tooLong = false;
        var redacted = redactor.Redact(mode, text, _state, isMarked);
        _state = redacted.State;
        written.Write(Encoding.UTF8.GetBytes(Describe is null ? redacted.Text : Describe(redacted)));
        if (returned && Describe is null) written.WriteByte(Return);
    }
}
