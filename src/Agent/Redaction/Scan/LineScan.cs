using System.Buffers;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;
using HostAtlas.Agent.Redaction.Rules;
using HostAtlas.Agent.Redaction.Shell;
using HostAtlas.Agent.Redaction.Values;

namespace HostAtlas.Agent.Redaction.Scan;

/// <summary>
/// Finds the next place in a block of lines for which the rules must be asked. One table look-up a byte; what the table calls for is looked
/// at more closely before a line is decoded. A byte that is not ASCII always counts: names and white space of other scripts are the rules'.
/// </summary>
internal static class LineScan
{
    private const ulong NotAscii = 0x8080_8080_8080_8080;
    private const int Step = 8, MostName = 64, MostAddress = 512;

    private static readonly SearchValues<byte> Signs = SearchValues.Create(":='\"`"u8);
    private static readonly SearchValues<byte> AddressSigns = SearchValues.Create(" \t\n\"'<>@%"u8);

    /// <summary>
    /// The place of the first mark that holds, or -1. <paramref name="block"/> begins at a line's start or in the middle of one that was
    /// looked at before.
    /// </summary>
    public static int Next(ReadOnlySpan<byte> block, int from)
    {
        ref var first = ref MemoryMarshal.GetReference(block);
        ref var table = ref MemoryMarshal.GetArrayDataReference(Anchors.Table);
        var at = from;
        var last = block.Length - Step - Gram.Length;
        while (at <= last)
        {
            ref var place = ref Unsafe.Add(ref first, at);
            if ((Unsafe.ReadUnaligned<ulong>(ref place) & NotAscii) != 0)
            {
                for (var i = 0; ; i++)
                {
                    if (block[at + i] >= 0x80) return at + i;
                    if (Holds(block, at + i, Unsafe.ReadUnaligned<uint>(ref Unsafe.Add(ref place, i)))) return at + i;
                }
            }
            var any = Unsafe.Add(ref table, Gram.Place(Unsafe.ReadUnaligned<uint>(ref place)))
                | Unsafe.Add(ref table, Gram.Place(Unsafe.ReadUnaligned<uint>(ref Unsafe.Add(ref place, 1))))
                | Unsafe.Add(ref table, Gram.Place(Unsafe.ReadUnaligned<uint>(ref Unsafe.Add(ref place, 2))))
                | Unsafe.Add(ref table, Gram.Place(Unsafe.ReadUnaligned<uint>(ref Unsafe.Add(ref place, 3))))
                | Unsafe.Add(ref table, Gram.Place(Unsafe.ReadUnaligned<uint>(ref Unsafe.Add(ref place, 4))))
                | Unsafe.Add(ref table, Gram.Place(Unsafe.ReadUnaligned<uint>(ref Unsafe.Add(ref place, 5))))
                | Unsafe.Add(ref table, Gram.Place(Unsafe.ReadUnaligned<uint>(ref Unsafe.Add(ref place, 6))))
                | Unsafe.Add(ref table, Gram.Place(Unsafe.ReadUnaligned<uint>(ref Unsafe.Add(ref place, 7))));
            if (any != 0)
            {
                for (var i = 0; i < Step; i++)
                {
                    var gram = Unsafe.ReadUnaligned<uint>(ref Unsafe.Add(ref place, i));
                    var tag = Unsafe.Add(ref table, Gram.Place(gram));
                    if (tag != 0 && (tag == Gram.Tag(gram) || tag == Gram.AnyTag) && Holds(block, at + i, gram)) return at + i;
                }
            }
            at += Step;
        }
        return Tail(block, at);
    }

    private static int Tail(ReadOnlySpan<byte> block, int at)
    {
        for (; at < block.Length; at++)
        {
            if (block[at] >= 0x80) return at;
            uint gram = 0;
            for (var i = 0; i < Gram.Length; i++) gram |= (at + i < block.Length ? block[at + i] : (uint)'\n') << (8 * i);
            if (Holds(block, at, gram)) return at;
        }
        return -1;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static bool Holds(ReadOnlySpan<byte> block, int at, uint gram)
    {
        var anchor = Anchors.Of(gram);
        if (anchor == Anchor.None) return false;
        if ((anchor & Anchor.Rare) != 0) return true;
        return ((anchor & Anchor.Name) != 0 && IsName(block, at))
            || ((anchor & Anchor.Address) != 0 && IsAddress(block, at))
            || ((anchor & Anchor.Program) != 0 && IsProgram(block, at))
            || ((anchor & Anchor.Phrase) != 0 && IsPhrase(block, at))
            || ((anchor & Anchor.Command) != 0 && IsCommand(block, at))
            || ((anchor & Anchor.List) != 0 && IsList(block, at))
            || ((anchor & Anchor.Fed) != 0 && IsFed(block, at));
    }

    // echo x | chpasswd, chpasswd <<< x
    private static bool IsFed(ReadOnlySpan<byte> block, int at)
    {
        var rest = block[at..];
        var end = rest.IndexOf((byte)'\n');
        return (end < 0 ? rest : rest[..end]).IndexOfAny((byte)'|', (byte)'<') >= 0;
    }

    private static bool IsPhrase(ReadOnlySpan<byte> block, int at)
    {
        var start = Math.Max(0, at - Anchors.MostPhrase);
        Span<char> around = stackalloc char[2 * Anchors.MostPhrase];
        var length = Encoding.Latin1.GetChars(block[start..Math.Min(block.Length, at + Anchors.MostPhrase)], around);
        return around[..length].ContainsAny(Anchors.PhraseValues);
    }

    private static bool IsAddress(ReadOnlySpan<byte> block, int at)
    {
        if (at + 3 > block.Length || block[at + 2] != '/') return false;
        var rest = block.Slice(at + 3, Math.Min(MostAddress, block.Length - at - 3));
        return rest.IndexOfAny(AddressSigns) is >= 0 and var sign && rest[sign] is (byte)'@' or (byte)'%';
    }

    // The whole name around this place: does it speak of a secret, and does a value follow?
    private static bool IsName(ReadOnlySpan<byte> block, int at)
    {
        while (at < block.Length && !IsPart(block[at])) at++;
        var (start, end) = (at, at);
        while (start > 0 && at - start < MostName && IsPart(block[start - 1])) start--;
        while (end < block.Length && end - at < MostName && IsPart(block[end])) end++;
        if (end >= block.Length || block[end] == '\n' || end - start < 2) return false;
        if (block[end] == ' ' && !MayGoOn(block, start, end)) return false;
        Span<char> name = stackalloc char[2 * MostName];
        for (var i = start; i < end; i++) name[i - start] = (char)block[i];
        return KeyName.Classify(name[..(end - start)].Trim("-.$")) != KeyKind.None;
    }

    // "password for", "keys of": a sentence that goes on with a small word holds nothing there.
    private static bool MayGoOn(ReadOnlySpan<byte> block, int start, int end)
    {
        if (start > 0 && block[start] == '-') return true;
        var rest = block.Slice(end + 1, Math.Min(16, block.Length - end - 1));
        if (!(rest.StartsWith("for "u8) || rest.StartsWith("of "u8) || rest.StartsWith("in "u8) || rest.StartsWith("and "u8)
            || rest.StartsWith("from "u8) || rest.StartsWith("authentication "u8) || rest.StartsWith("failure"u8))) return true;
        // "password for user bob: x", "SET PASSWORD FOR bob TO 'x'"
        rest = block[end..];
        var line = rest.IndexOf((byte)'\n');
        if (line >= 0) rest = rest[..line];
        return rest.IndexOfAny(Signs) >= 0 || rest.IndexOf(" is "u8) >= 0 || rest.IndexOf(" ist "u8) >= 0 || rest.IndexOf(" to "u8) >= 0;
    }

    private static bool IsProgram(ReadOnlySpan<byte> block, int at)
    {
        while (at < block.Length && !IsPart(block[at])) at++;
        var (start, end) = (at, at);
        while (start > 0 && at - start < MostName && IsPart(block[start - 1])) start--;
        while (end < block.Length && end - at < MostName && IsPart(block[end])) end++;
        if (end >= block.Length || block[end] is not ((byte)' ' or (byte)'\t' or (byte)'"' or (byte)'\'' or (byte)'\\')) return false;
        Span<char> name = stackalloc char[2 * MostName];
        for (var i = start; i < end; i++) name[i - start] = (char)block[i];
        if (ProgramTable.Find(name[..(end - start)]) is not { } rows) return false;
        var rest = block[end..];
        var line = rest.IndexOf((byte)'\n');
        if ((line < 0 ? rest : rest[..line]).IndexOfAny((byte)'-', (byte)'/') >= 0) return true;
        foreach (var row in rows)
        {
            foreach (var flag in row.Flags)
            {
                if (flag.Operand > 0 || flag.IsBareWord) return true;
            }
        }
        return false;
    }

    // Of a command as such only what no other mark tells matters: assignments, and what is fed.
    private static bool IsCommand(ReadOnlySpan<byte> block, int at)
    {
        var rest = block[Math.Min(block.Length, at + 1)..];
        var end = rest.IndexOf((byte)'\n');
        var line = end < 0 ? rest : rest[..end];
        if (line.StartsWith("nd="u8) || line.StartsWith("ND="u8)) line = line[3..];
        return line.IndexOfAny("=|<`$"u8) >= 0;
    }

    private static bool IsList(ReadOnlySpan<byte> block, int at)
    {
        var line = block[(at + 1)..];
        var end = line.IndexOf((byte)'\n');
        if (end >= 0) line = line[..end];
        return line.IndexOf("\" \""u8) > 0;
    }

    private static bool IsPart(byte c) => char.IsAsciiLetterOrDigit((char)c) || c is (byte)'_' or (byte)'-' or (byte)'.' or (byte)'$';

    /// <summary>Whether the rules must be asked about this line.</summary>
    public static bool Any(string line)
    {
        var most = Encoding.UTF8.GetMaxByteCount(line.Length) + 1;
        var bytes = most <= 1024 ? stackalloc byte[1024] : new byte[most];
        // As in a block: a line begins behind the end of another.
        bytes[0] = (byte)'\n';
        var length = Encoding.UTF8.GetBytes(line, bytes[1..]);
        return Next(bytes[..(length + 1)], 0) >= 0;
    }
}
