using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace HostAtlas.Agent.Backup.Format;

/// <summary>
/// Content-defined chunking (FastCDC, https://www.usenix.org/conference/atc16/technical-sessions/presentation/xia) with a keyed gear: where
/// a stream is cut depends on its last 64 bytes and on the key, so an insertion moves the cuts around it only, and whoever sees sizes
/// cannot tell a known file by its cuts.
/// <code>
/// fp(i) = Σ gear[byte(i − j)] · 2^j  mod 2^64,  j = 0 … 63
/// a chunk ends behind byte i when its length is
///   at least 256 KiB and fp(i) &lt; 2^42 (one in 2^22), at least 844 KiB and fp(i) &lt; 2^46 (one in 2^18), or 4 MiB
/// </code>
/// The two limits (normalised chunking) pull lengths towards the middle; 844 KiB makes the mean of random data 1 MiB. Readers need none of
/// this: the cuts are in the references. Not thread-safe; one a stream.
/// </summary>
public sealed class Chunker
{
    /// <summary>Fewest bytes of a chunk, but for a stream's last.</summary>
    public const int MinBytes = 256 << 10;

    /// <summary>From this length on a cut is sixteen times as likely.</summary>
    public const int NormalBytes = 844 << 10;

    /// <summary>Most bytes of a chunk.</summary>
    public const int MaxBytes = 4 << 20;

    // The low bits of a fingerprint know only the last few bytes; the high ones know all 64. Hence "small", not "low bits zero".
    private const ulong StrictLimit = 1UL << 42, LooseLimit = 1UL << 46;
    private const int WindowBytes = 64, LaneBytes = 2048, Lanes = 4;

    private readonly ulong[] _gear;
    private ulong _fingerprint;

    /// <summary>Cuts by the gear of these keys.</summary>
    public Chunker(RepositoryKeys keys)
    {
        ArgumentNullException.ThrowIfNull(keys);
        _gear = keys.Gear.ToArray();
    }

    /// <summary>Bytes of the chunk that is open; 0 between chunks.</summary>
    public int Length { get; private set; }

    /// <summary>
    /// Takes the stream's next bytes up to the end of the open chunk and returns how many they are. When <paramref name="ends"/>, the chunk
    /// is complete and the rest of <paramref name="bytes"/>, if any, belongs to the next; else all of them were taken. The same stream is
    /// cut alike however it is handed over.
    /// </summary>
    public int Push(ReadOnlySpan<byte> bytes, out bool ends)
    {
        var taken = 0;
        // Nothing before the last 64 bytes can matter to the first place where a cut is allowed.
        if (Length < MinBytes - WindowBytes) taken = Skip(Math.Min(bytes.Length, MinBytes - WindowBytes - Length));
        if (Length < MinBytes - 1) taken += Warm(bytes[taken..Math.Min(bytes.Length, taken + MinBytes - 1 - Length)]);
        if (Length < MinBytes - 1) return End(taken, ends = false);
        ends = Scan(bytes, ref taken, NormalBytes - 1, StrictLimit) || Scan(bytes, ref taken, MaxBytes, LooseLimit);
        ends |= Length == MaxBytes;
        return End(taken, ends);
    }

    /// <summary>Ends the stream: true when a last, shorter chunk was open.</summary>
    public bool Finish()
    {
        var open = Length > 0;
        End(0, ends: true);
        return open;
    }

    /// <summary>
    /// The length of each chunk that a run of zeros is cut into when a chunk begins with it and it goes on for at least as long: whoever
    /// knows that a hole follows need not read it. One in 2^18 keys has another length than 4 MiB.
    /// </summary>
    public int ZeroChunkBytes
    {
        get
        {
            // Σ gear[0] · 2^j over all 64 bits is gear[0] · (2^64 − 1).
            var fingerprint = unchecked(0 - _gear[0]);
            return fingerprint < StrictLimit ? MinBytes : fingerprint < LooseLimit ? NormalBytes : MaxBytes;
        }
    }

    private int Skip(int count)
    {
        Length += count;
        return count;
    }

    private int Warm(ReadOnlySpan<byte> bytes)
    {
        foreach (var b in bytes) _fingerprint = (_fingerprint << 1) + _gear[b];
        return Skip(bytes.Length);
    }

    private int End(int taken, bool ends)
    {
        if (ends) (Length, _fingerprint) = (0, 0);
        return taken;
    }

    // Looks for a cut until the chunk has so many bytes.
    private bool Scan(ReadOnlySpan<byte> bytes, ref int taken, int untilLength, ulong limit)
    {
        var part = bytes[taken..Math.Min(bytes.Length, taken + Math.Max(0, untilLength - Length))];
        var at = 0;
        while (part.Length - at >= Lanes * LaneBytes && !BlockHasCut(ref MemoryMarshal.GetReference(part[at..]), limit))
            at += Lanes * LaneBytes;
        ref var gear = ref MemoryMarshal.GetArrayDataReference(_gear);
        var fingerprint = _fingerprint;
        var cut = false;
        while (at < part.Length && !cut)
        {
            fingerprint = (fingerprint << 1) + Unsafe.Add(ref gear, part[at++]);
            cut = fingerprint < limit;
        }
        _fingerprint = fingerprint;
        taken += Skip(at);
        return cut;
    }

    /// <summary>
    /// Whether a block of 8 KiB has a cut in it; if not, the fingerprint moves behind it. A fingerprint depends on 64 bytes only, so four
    /// quarters are hashed side by side and the processor need not wait for one sum to begin the next. A block with a cut, one in a
    /// hundred, is scanned again from its start for the first.
    /// </summary>
    private bool BlockHasCut(ref byte block, ulong limit)
    {
        ref var gear = ref MemoryMarshal.GetArrayDataReference(_gear);
        ulong a = _fingerprint, b = 0, c = 0, d = 0;
        for (var i = LaneBytes - WindowBytes; i < LaneBytes; i++)
        {
            b = (b << 1) + Unsafe.Add(ref gear, Unsafe.Add(ref block, i));
            c = (c << 1) + Unsafe.Add(ref gear, Unsafe.Add(ref block, i + LaneBytes));
            d = (d << 1) + Unsafe.Add(ref gear, Unsafe.Add(ref block, i + (2 * LaneBytes)));
        }
        for (var i = 0; i < LaneBytes; i++)
        {
            a = (a << 1) + Unsafe.Add(ref gear, Unsafe.Add(ref block, i));
            b = (b << 1) + Unsafe.Add(ref gear, Unsafe.Add(ref block, i + LaneBytes));
            c = (c << 1) + Unsafe.Add(ref gear, Unsafe.Add(ref block, i + (2 * LaneBytes)));
            d = (d << 1) + Unsafe.Add(ref gear, Unsafe.Add(ref block, i + (3 * LaneBytes)));
            if (a < limit || b < limit || c < limit || d < limit) return true;
        }
        _fingerprint = d;
        return false;
    }
}
