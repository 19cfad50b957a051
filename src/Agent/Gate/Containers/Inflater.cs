namespace HostAtlas.Agent.Gate.Containers;

/// <summary>How a decoder ended.</summary>
internal enum DecodeEnd
{
    /// <summary>The stream ended by itself.</summary>
    Complete,

    /// <summary>The input ended first; all of it decoded.</summary>
    NeedsMore,

    /// <summary>As much was decoded as was asked for.</summary>
    Limit,

    /// <summary>It is no such stream, or damaged.</summary>
    Broken,
}

/// <summary>
/// Deflate (RFC 1951). The runtime's own decoder does not tell where a stream ends, which is what whoever looks for streams inside files
/// has to know. Reuses its tables; not thread-safe.
/// </summary>
internal sealed class Inflater
{
    private const int PrimaryBits = 10, MaxBits = 15, EndOfBlock = 256;

    private static readonly ushort[] LengthBase =
        [3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195, 227, 258];
    private static readonly byte[] LengthExtra = [0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0];
    private static readonly ushort[] DistanceBase = [1, 2, 3, 4, 5, 7, 9, 13, 17, 25, 33, 49, 65, 97, 129, 193, 257, 385, 513, 769, 1025,
        1537, 2049, 3073, 4097, 6145, 8193, 12289, 16385, 24577];
    private static readonly byte[] DistanceExtra =
        [0, 0, 0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7, 8, 8, 9, 9, 10, 10, 11, 11, 12, 12, 13, 13];
    private static readonly byte[] CodeOrder = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];

    private readonly Code _lengths = new(288), _distances = new(32), _codeLengths = new(19);
    private readonly byte[] _sizes = new byte[320];

    /// <summary>Decodes from the start of the input.</summary>
    /// <param name="input">The stream and whatever follows.</param>
    /// <param name="output">Where to.</param>
    /// <param name="limit">Bytes after which it stops.</param>
    /// <param name="consumed">Bytes that the stream took.</param>
    public DecodeEnd Run(ReadOnlySpan<byte> input, DecodeBuffer output, long limit, out int consumed)
    {
        var bits = new BitReader(input);
        DecodeEnd end;
        bool last;
        do
        {
            last = bits.Read(1) == 1;
            var type = bits.Read(2);
            end = bits.Overrun ? DecodeEnd.NeedsMore : type switch
            {
                0 => Stored(ref bits, output),
                1 => Fixed(ref bits, output, limit),
                2 => Dynamic(ref bits, output, limit),
                _ => DecodeEnd.Broken,
            };
        }
        while (end == DecodeEnd.Complete && !last && output.Length < limit);
        if (end == DecodeEnd.Complete && !last) end = DecodeEnd.Limit;
        consumed = bits.BytesTaken;
        return end;
    }

    private static DecodeEnd Stored(ref BitReader bits, DecodeBuffer output)
    {
        bits.AlignToByte();
        var length = bits.Read(16);
        var inverted = bits.Read(16);
        if (bits.Overrun) return DecodeEnd.NeedsMore;
        if (length != (~inverted & 0xFFFF)) return DecodeEnd.Broken;
        var bytes = bits.Take(length);
        output.Write(bytes);
        return bytes.Length < length ? DecodeEnd.NeedsMore : DecodeEnd.Complete;
    }

    private DecodeEnd Fixed(ref BitReader bits, DecodeBuffer output, long limit)
    {
        _sizes.AsSpan(0, 144).Fill(8);
        _sizes.AsSpan(144, 112).Fill(9);
        _sizes.AsSpan(256, 24).Fill(7);
        _sizes.AsSpan(280, 8).Fill(8);
        _lengths.Build(_sizes.AsSpan(0, 288));
        _sizes.AsSpan(0, 30).Fill(5);
        _distances.Build(_sizes.AsSpan(0, 30));
        return Block(ref bits, output, limit);
    }

    private DecodeEnd Dynamic(ref BitReader bits, DecodeBuffer output, long limit)
    {
        var (lengths, distances, codes) = (bits.Read(5) + 257, bits.Read(5) + 1, bits.Read(4) + 4);
        if (lengths > 286 || distances > 30) return bits.Overrun ? DecodeEnd.NeedsMore : DecodeEnd.Broken;
        _sizes.AsSpan(0, 19).Clear();
        for (var i = 0; i < codes; i++) _sizes[CodeOrder[i]] = (byte)bits.Read(3);
        if (bits.Overrun) return DecodeEnd.NeedsMore;
        if (!_codeLengths.Build(_sizes.AsSpan(0, 19))) return DecodeEnd.Broken;
        for (var at = 0; at < lengths + distances;)
        {
            var symbol = _codeLengths.Read(ref bits);
            if (bits.Overrun) return DecodeEnd.NeedsMore;
            if (symbol < 0) return DecodeEnd.Broken;
            if (symbol < 16)
            {
                _sizes[at++] = (byte)symbol;
                continue;
            }
            if (symbol == 16 && at == 0) return DecodeEnd.Broken;
            var value = symbol == 16 ? _sizes[at - 1] : (byte)0;
            var count = symbol switch { 16 => 3 + bits.Read(2), 17 => 3 + bits.Read(3), _ => 11 + bits.Read(7) };
            if (at + count > lengths + distances) return DecodeEnd.Broken;
            _sizes.AsSpan(at, count).Fill(value);
            at += count;
        }
        if (_sizes[EndOfBlock] == 0) return DecodeEnd.Broken;
        return _lengths.Build(_sizes.AsSpan(0, lengths)) && _distances.Build(_sizes.AsSpan(lengths, distances))
            ? Block(ref bits, output, limit)
            : DecodeEnd.Broken;
    }

    private DecodeEnd Block(ref BitReader bits, DecodeBuffer output, long limit)
    {
        while (output.Length < limit)
        {
            var symbol = _lengths.Read(ref bits);
            if (bits.Overrun) return DecodeEnd.NeedsMore;
            if (symbol < 0) return DecodeEnd.Broken;
            if (symbol < EndOfBlock)
            {
                output.Write((byte)symbol);
                continue;
            }
            if (symbol == EndOfBlock) return DecodeEnd.Complete;
            if (symbol - 257 >= LengthBase.Length) return DecodeEnd.Broken;
            var length = LengthBase[symbol - 257] + bits.Read(LengthExtra[symbol - 257]);
            var far = _distances.Read(ref bits);
            if (far < 0 || far >= DistanceBase.Length) return bits.Overrun ? DecodeEnd.NeedsMore : DecodeEnd.Broken;
            var distance = DistanceBase[far] + bits.Read(DistanceExtra[far]);
            if (bits.Overrun) return DecodeEnd.NeedsMore;
            if (distance > 32768 || !output.Repeat(distance, length)) return DecodeEnd.Broken;
        }
        return DecodeEnd.Limit;
    }

    /// <summary>A canonical Huffman code: short words by one look, long ones bit by bit.</summary>
    private sealed class Code(int symbols)
    {
        private readonly ushort[] _primary = new ushort[1 << PrimaryBits];
        private readonly ushort[] _symbols = new ushort[symbols];
        private readonly ushort[] _counts = new ushort[MaxBits + 1];

        /// <summary>False when more words are claimed than there are.</summary>
        public bool Build(ReadOnlySpan<byte> sizes)
        {
            Array.Clear(_counts);
            foreach (var size in sizes) _counts[size]++;
            _counts[0] = 0;
            Span<int> offsets = stackalloc int[MaxBits + 2], next = stackalloc int[MaxBits + 2];
            offsets.Clear();
            next.Clear();
            var left = 1;
            for (var length = 1; length <= MaxBits; length++)
            {
                left = (left << 1) - _counts[length];
                if (left < 0) return false;
                offsets[length + 1] = offsets[length] + _counts[length];
                next[length + 1] = (next[length] + _counts[length]) << 1;
            }
            Array.Clear(_primary);
            for (var symbol = 0; symbol < sizes.Length; symbol++)
            {
                var length = sizes[symbol];
                if (length == 0) continue;
                _symbols[offsets[length]++] = (ushort)symbol;
                var code = next[length]++;
                if (length > PrimaryBits) continue;
                // A word comes with its first bit lowest: all entries that end in it, turned round.
                for (var at = Reverse(code, length); at < _primary.Length; at += 1 << length)
                    _primary[at] = (ushort)((symbol << 4) | length);
            }
            return true;
        }

        /// <summary>The next symbol; negative: there is no such word.</summary>
        public int Read(ref BitReader bits)
        {
            var entry = _primary[bits.Peek(PrimaryBits)];
            if (entry != 0)
            {
                bits.Skip(entry & 15);
                return entry >> 4;
            }
            int code = 0, first = 0, index = 0;
            for (var length = 1; length <= MaxBits; length++)
            {
                code |= bits.Read(1);
                int count = _counts[length];
                if (code - count < first) return _symbols[index + (code - first)];
                index += count;
                first = (first + count) << 1;
                code <<= 1;
            }
            return -1;
        }

        private static int Reverse(int code, int length)
        {
            var reversed = 0;
            for (; length > 0; length--, code >>= 1) reversed = (reversed << 1) | (code & 1);
            return reversed;
        }
    }
}
