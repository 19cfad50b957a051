using System.Text.Json;
using System.Text.Json.Serialization;

namespace HostAtlas.Engine.Backups;

/// <summary>
/// A set of hits, each a path id and a content id: what a person accepted. As sorted bytes, since there may be thousands in a state that is
/// written again and again; in JSON they are base64. Immutable.
/// </summary>
[JsonConverter(typeof(HitPairsJsonConverter))]
public sealed class HitPairs : IEquatable<HitPairs>
{
    /// <summary>Pairs of a server that may be accepted at a time.</summary>
    public const int AtMost = 5_000;

    /// <summary>No pair.</summary>
    public static readonly HitPairs None = new([]);

    private const int IdBytes = 16, PairBytes = 2 * IdBytes;

    private readonly byte[] _sorted;

    private HitPairs(byte[] sorted) => _sorted = sorted;

    /// <summary>How many.</summary>
    public int Count => _sorted.Length / PairBytes;

    /// <summary>The pairs, 32 hex digits each, in order.</summary>
    public IEnumerable<(string Path, string Content)> Pairs
    {
        get
        {
            for (var i = 0; i < Count; i++)
            {
                var pair = Convert.ToHexStringLower(_sorted, i * PairBytes, PairBytes);
                yield return (pair[..PairBytes], pair[PairBytes..]);
            }
        }
    }

    /// <summary>The set of these; each id is 32 hex digits. A pair that comes twice is in it once.</summary>
    public static HitPairs Of(IEnumerable<(string Path, string Content)> pairs) =>
        Sorted([.. pairs.Select(pair => Convert.FromHexString(pair.Path + pair.Content))]);

    /// <summary>Those of both.</summary>
    public HitPairs With(HitPairs other) => other.Count == 0 ? this : Of(Pairs.Concat(other.Pairs));

    /// <summary>The first so many.</summary>
    public HitPairs First(int count) => count >= Count ? this : new HitPairs(_sorted[..(count * PairBytes)]);

    /// <summary>Whether a pair is among them.</summary>
    public bool Contains(string path, string content)
    {
        Span<byte> pair = stackalloc byte[PairBytes];
        Convert.FromHexString(path, pair[..IdBytes], out _, out _);
        Convert.FromHexString(content, pair[IdBytes..], out _, out _);
        var (low, high) = (0, Count - 1);
        while (low <= high)
        {
            var middle = (low + high) / 2;
            var order = pair.SequenceCompareTo(_sorted.AsSpan(middle * PairBytes, PairBytes));
            if (order == 0) return true;
            if (order < 0) high = middle - 1;
            else low = middle + 1;
        }
        return false;
    }

    /// <inheritdoc />
    public bool Equals(HitPairs? other) => other is not null && _sorted.AsSpan().SequenceEqual(other._sorted);

    /// <inheritdoc />
    public override bool Equals(object? obj) => Equals(obj as HitPairs);

    /// <inheritdoc />
    public override int GetHashCode()
    {
        var hash = new HashCode();
        hash.AddBytes(_sorted);
        return hash.ToHashCode();
    }

    /// <summary>The bytes: pair after pair, in order.</summary>
    internal ReadOnlySpan<byte> AsBytes() => _sorted;

    /// <summary>The set of what <see cref="AsBytes"/> gave; <see cref="InvalidDataException"/> for what it cannot have given.</summary>
    internal static HitPairs FromBytes(ReadOnlySpan<byte> sorted)
    {
        if (sorted.Length % PairBytes != 0) throw new InvalidDataException("Accepted hits are no whole pairs.");
        var pairs = new List<byte[]>(sorted.Length / PairBytes);
        for (var i = 0; i < sorted.Length; i += PairBytes) pairs.Add(sorted.Slice(i, PairBytes).ToArray());
        return Sorted(pairs);
    }

    private static HitPairs Sorted(List<byte[]> pairs)
    {
        if (pairs.Count == 0) return None;
        pairs.Sort((left, right) => left.AsSpan().SequenceCompareTo(right));
        var sorted = new byte[pairs.Count * PairBytes];
        var length = 0;
        foreach (var pair in pairs)
        {
            if (length > 0 && sorted.AsSpan(length - PairBytes, PairBytes).SequenceEqual(pair)) continue;
            pair.CopyTo(sorted, length);
            length += PairBytes;
        }
        return new HitPairs(length == sorted.Length ? sorted : sorted[..length]);
    }
}

/// <summary>As base64.</summary>
internal sealed class HitPairsJsonConverter : JsonConverter<HitPairs>
{
    /// <inheritdoc />
    public override HitPairs Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        HitPairs.FromBytes(reader.GetBytesFromBase64());

    /// <inheritdoc />
    public override void Write(Utf8JsonWriter writer, HitPairs value, JsonSerializerOptions options) =>
        writer.WriteBase64StringValue(value.AsBytes());
}
