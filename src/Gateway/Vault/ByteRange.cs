using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;

namespace HostAtlas.Gateway.Vault;

/// <summary>Which bytes of an object are asked for. Pure.</summary>
/// <param name="From">The first one.</param>
/// <param name="Length">How many.</param>
/// <param name="IsPart">A range was asked for and is given.</param>
/// <param name="IsBeyond">The range begins behind the object's end.</param>
internal readonly record struct ByteRange(long From, long Length, bool IsPart, bool IsBeyond)
{
    /// <summary>
    /// Reads a Range header (RFC 9110, 14.2): one range of bytes. What is ill-formed, of another unit or of several ranges is ignored, as
    /// it may be: the whole object is given.
    /// </summary>
    public static ByteRange Read(StringValues header, long size)
    {
        var whole = new ByteRange(0, size, IsPart: false, IsBeyond: false);
        if (header.Count != 1 || !RangeHeaderValue.TryParse(header[0], out var read) || read.Unit != "bytes"
            || read.Ranges.Count != 1) return whole;
        var range = read.Ranges.First();
        if (range.From is not { } from)
        {
            // The last so many bytes; of an object that has fewer, all.
            var last = Math.Min(range.To!.Value, size);
            return last == 0 ? whole with { IsBeyond = true } : new ByteRange(size - last, last, IsPart: true, IsBeyond: false);
        }
        return from >= size
            ? whole with { IsBeyond = true }
            : new ByteRange(from, Math.Min(range.To ?? long.MaxValue, size - 1) - from + 1, IsPart: true, IsBeyond: false);
    }
}
