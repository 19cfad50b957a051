namespace HostAtlas.Agent.Gate.Containers;

/// <summary>
/// Where a decoder writes. The first MiB is kept, to be judged like a file; of what comes behind it only as much is kept as matches can
/// reach back to, so a bomb costs time within its limit and no memory.
/// </summary>
internal sealed class DecodeBuffer
{
    /// <summary>Bytes that are kept for judging.</summary>
    public const int KeptBytes = 1 << 20;

    /// <summary>How far back a match may reach: deflate 32 KiB, LZ4 64 KiB.</summary>
    public const int ReachBytes = 64 << 10;

    private readonly byte[] _bytes = new byte[KeptBytes + (3 * ReachBytes)];
    private int _at, _checked;
    private uint _crc, _adlerLow, _adlerHigh;

    /// <summary>All bytes that were written.</summary>
    public long Length { get; private set; }

    /// <summary>The first of them.</summary>
    public ReadOnlySpan<byte> Kept => _bytes.AsSpan(0, (int)Math.Min(Length, KeptBytes));

    /// <summary>CRC-32 (IEEE) of all bytes, when it is kept.</summary>
    public uint Crc
    {
        get
        {
            Check();
            return ~_crc;
        }
    }

    /// <summary>Adler-32 of all bytes, when it is kept.</summary>
    public uint Adler
    {
        get
        {
            Check();
            return (_adlerHigh << 16) | _adlerLow;
        }
    }

    /// <summary>Which sum is kept.</summary>
    public Checksum Checksum { get; set; }

    /// <summary>Begins anew.</summary>
    public void Clear()
    {
        (_at, _checked, Length, _crc, Checksum) = (0, 0, 0, uint.MaxValue, Checksum.None);
        (_adlerLow, _adlerHigh) = (1, 0);
    }

    /// <summary>Writes a byte.</summary>
    public void Write(byte value)
    {
        if (_at == _bytes.Length) Slide();
        _bytes[_at++] = value;
        Length++;
    }

    /// <summary>Writes bytes.</summary>
    public void Write(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            if (_at == _bytes.Length) Slide();
            var part = Math.Min(bytes.Length, _bytes.Length - _at);
            bytes[..part].CopyTo(_bytes.AsSpan(_at));
            _at += part;
            Length += part;
            bytes = bytes[part..];
        }
    }

    /// <summary>Repeats what was written so far back; false when nothing was.</summary>
    public bool Repeat(int distance, int count)
    {
        if (distance <= 0 || distance > Math.Min(Length, ReachBytes)) return false;
        Length += count;
        while (count > 0)
        {
            if (_at == _bytes.Length) Slide();
            var part = Math.Min(Math.Min(count, _bytes.Length - _at), distance);
            _bytes.AsSpan(_at - distance, part).CopyTo(_bytes.AsSpan(_at));
            _at += part;
            count -= part;
        }
        return true;
    }

    private void Slide()
    {
        Check();
        _bytes.AsSpan(_at - ReachBytes, ReachBytes).CopyTo(_bytes.AsSpan(KeptBytes));
        _at = _checked = KeptBytes + ReachBytes;
    }

    private void Check()
    {
        var part = _bytes.AsSpan(_checked, _at - _checked);
        _checked = _at;
        if (Checksum == Checksum.Crc) _crc = Crc32.Update(_crc, part);
        if (Checksum == Checksum.Adler) AddAdler(part);
    }

    private void AddAdler(ReadOnlySpan<byte> bytes)
    {
        // 5,552 bytes is as far as the sums can go without a remainder (RFC 1950).
        const int Span = 5552;
        const uint Prime = 65521;
        while (!bytes.IsEmpty)
        {
            var part = bytes[..Math.Min(Span, bytes.Length)];
            foreach (var b in part) _adlerHigh += _adlerLow += b;
            (_adlerLow, _adlerHigh) = (_adlerLow % Prime, _adlerHigh % Prime);
            bytes = bytes[part.Length..];
        }
    }
}

/// <summary>A sum over decoded bytes.</summary>
internal enum Checksum
{
    /// <summary>None.</summary>
    None,

    /// <summary>CRC-32 of IEEE 802.3.</summary>
    Crc,

    /// <summary>Adler-32.</summary>
    Adler,
}
