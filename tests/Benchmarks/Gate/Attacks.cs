using System.Text;

namespace HostAtlas.Benchmarks.Gate;

/// <summary>A file as an attack leaves it.</summary>
internal readonly record struct Victim(string Name, byte[] Bytes);

/// <summary>A kind of attack.</summary>
/// <param name="Class">What it belongs to.</param>
/// <param name="IsHeldOut">Its cipher, stride or format is none of those that thresholds were chosen with.</param>
/// <param name="Run">What becomes of a file; null: it needs a larger one, or a program that is not here.</param>
internal sealed record Attack(string Class, bool IsHeldOut, Func<Victim, Random, Victim?> Run);

/// <summary>All attacks, each in a form that thresholds were looked at with and in one that was kept apart.</summary>
internal static class Attacks
{
    private const int Kib = 1024;

    private static readonly byte[][] Magics =
    [
        [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 3], [0x89, .. "PNG\r\n\u001a\n\0\0\0\rIHDR"u8], [0xFF, 0xD8, 0xFF, 0xE0, 0, 16, .. "JFIF\0"u8],
        [.. "PK\u0003\u0004\u0014\0\0\0\b\0"u8], [.. "\0\0\0 ftypisom\0\0\u0002\0isomiso2avc1mp41"u8], [.. "%PDF-1.7\n"u8],
        [0xFD, .. "7zXZ\0\0\u0004"u8], [0x28, 0xB5, 0x2F, 0xFD, 0x04, 0x58], [.. "BZh91AY&SY"u8], [.. "SQLite format 3\0"u8],
        [0x7F, .. "ELF\u0002\u0001\u0001\0"u8], [.. "OggS\0\u0002"u8], [.. "RIFF\0\0\u0010\0WEBPVP8 "u8], [.. "ID3\u0004\0\0"u8],
        [.. "7z\xBC\xAF\x27\x1C\0\u0004"u8], [.. "Rar!\u001A\u0007\u0001\0"u8],
    ];

    /// <summary>All of them.</summary>
    public static IReadOnlyList<Attack> All { get; } = [.. Make()];

    private static IEnumerable<Attack> Make()
    {
        foreach (var isHeldOut in (bool[])[false, true])
        {
            var ciphers = isHeldOut ? Ciphers.HeldOut : Ciphers.Tuning;
            Attack Of(string name, Func<Victim, Random, Cipher, Victim?> run) =>
                new(name, isHeldOut, (file, chance) => run(file, chance, ciphers[chance.Next(ciphers.Length)].Encrypt));
            Attack Whole(string name, Func<byte[], Random, byte[]> shape) => Of(name, (file, chance, cipher) =>
                file with { Bytes = shape(cipher(file.Bytes, chance), chance) });
            Attack Part(string name, (int Random, int Of)[] strides) => Of(name, (file, chance, cipher) =>
                Strided(file, chance, cipher, strides[chance.Next(strides.Length)]));

            yield return Whole("whole file", (bytes, _) => bytes);
            yield return Of("whole file, renamed", (file, chance, cipher) => new Victim(
                isHeldOut ? Convert.ToHexString(Ciphers.Bytes(chance, 8)) : file.Name + ".locked", cipher(file.Bytes, chance)));
            yield return Of("first 4 KiB", (file, chance, cipher) => Range(file, chance, cipher, 0, 4 * Kib));
            yield return Of("head", (file, chance, cipher) => Range(file, chance, cipher, 0, (isHeldOut ? 24 : 64) * Kib));
            yield return Of("first 64 KiB clear", (file, chance, cipher) => Range(file, chance, cipher,
                (isHeldOut ? 40 : 64) * Kib, int.MaxValue));
            yield return Of("tail half", (file, chance, cipher) => Range(file, chance, cipher,
                (int)(file.Bytes.Length * (isHeldOut ? 0.61 : 0.5)), int.MaxValue));
            yield return Part("64 KiB of every 256 KiB", isHeldOut
                ? [(48 * Kib, 200 * Kib), (100_000, 300_000)] : [(64 * Kib, 256 * Kib)]);
            yield return Part("intermittent, blocks", isHeldOut
                ? [(3000, 10_000), (5 * Kib, 12 * Kib), (1000, 2500)] : [(4 * Kib, 8 * Kib), (1 * Kib, 2 * Kib), (4 * Kib, 16 * Kib)]);
            yield return Part("intermittent, 16 bytes", isHeldOut
                ? [(16, 48), (24, 56), (7, 14), (100, 300), (33, 77)] : [(16, 32), (16, 64), (64, 128), (128, 256)]);
            yield return Whole("forged magic", (bytes, chance) => Forge(bytes, isHeldOut, chance));
            yield return Of("inside gz, xz, zip, …", (file, chance, cipher) =>
                Packing.Pack(file with { Bytes = cipher(file.Bytes, chance) }, isHeldOut, chance));
            yield return Of("as text", (file, chance, cipher) =>
                file with { Bytes = Encode(cipher(file.Bytes, chance), isHeldOut, chance) });
            yield return Whole("padded", (bytes, chance) => Pad(bytes, isHeldOut, chance));
            yield return new Attack("XOR, long key", isHeldOut, (file, chance) => file with
            {
                Bytes = Ciphers.XorKey(isHeldOut ? 777 + chance.Next(5_000) : 1024 << chance.Next(4))(file.Bytes, chance),
            });
            yield return Of("over compressed files", (file, chance, cipher) => Over(Packing.Gzip(file), chance, cipher, isHeldOut));
            yield return new Attack("programs", isHeldOut, (file, chance) => Packing.ByProgram(file, isHeldOut, chance));
        }
    }

    private static Victim? Over(Victim packed, Random chance, Cipher cipher, bool isHeldOut) => packed.Bytes.Length < 16 * Kib
        ? null
        : chance.Next(3) switch
        {
            0 => Range(packed, chance, cipher, 0, 4 * Kib),
            1 => Strided(packed, chance, cipher, isHeldOut ? (30, 90) : (16, 32)),
            _ => Range(packed, chance, cipher, packed.Bytes.Length / 2, int.MaxValue),
        };

    private static Victim? Range(Victim file, Random chance, Cipher cipher, int from, int bytes)
    {
        // An attack on half of a file that has no such half is another attack.
        if (file.Bytes.Length < from + (8 * Kib) || (bytes < int.MaxValue && file.Bytes.Length < bytes + (4 * Kib))) return null;
        var until = (int)Math.Min(file.Bytes.Length, (long)from + bytes);
        var result = file.Bytes.ToArray();
        cipher(result[from..until], chance).CopyTo(result, from);
        return file with { Bytes = result };
    }

    private static Victim? Strided(Victim file, Random chance, Cipher cipher, (int Random, int Of) stride)
    {
        if (file.Bytes.Length < stride.Of + Math.Max(stride.Random, 4 * Kib)) return null;
        var result = file.Bytes.ToArray();
        var encrypted = cipher(result, chance);
        for (long at = 0; at < result.Length; at += stride.Of)
        {
            var length = (int)Math.Min(stride.Random, result.Length - at);
            encrypted.AsSpan((int)at, length).CopyTo(result.AsSpan((int)at));
        }
        return file with { Bytes = result };
    }

    private static byte[] Forge(byte[] bytes, bool isHeldOut, Random chance)
    {
        // Every other magic number was kept apart.
        var magic = Magics[(chance.Next(Magics.Length / 2) * 2) + (isHeldOut ? 1 : 0)];
        return [.. magic, .. bytes];
    }

    private static byte[] Encode(byte[] bytes, bool isHeldOut, Random chance) => Encoding.ASCII.GetBytes((isHeldOut, chance.Next(2)) switch
    {
        (false, 0) => Convert.ToBase64String(bytes),
        (false, _) => Convert.ToHexString(bytes),
        (true, 0) => Convert.ToBase64String(bytes, Base64FormattingOptions.InsertLineBreaks).Replace('/', '_').Replace('+', '-'),
        _ => Ascii85(bytes),
    });

    /// <summary>Bytes as ascii85, a line each 64 of them.</summary>
    public static string Ascii85(byte[] bytes)
    {
        var text = new StringBuilder();
        Span<char> signs = stackalloc char[5];
        for (var i = 0; i + 4 <= bytes.Length; i += 4)
        {
            var word = System.Buffers.Binary.BinaryPrimitives.ReadUInt32BigEndian(bytes.AsSpan(i));
            for (var sign = 4; sign >= 0; sign--, word /= 85) signs[sign] = (char)(33 + (word % 85));
            text.Append(signs);
            if (i % 64 == 60) text.Append('\n');
        }
        return text.ToString();
    }

    private static byte[] Pad(byte[] bytes, bool isHeldOut, Random chance)
    {
        var padding = new byte[bytes.Length * (isHeldOut ? 3 : 1)];
        if (chance.Next(2) == 0) padding.AsSpan().Fill(isHeldOut ? (byte)' ' : (byte)0);
        else
        {
            var text = "The quick brown fox jumps over the lazy dog. "u8;
            for (var i = 0; i < padding.Length; i++) padding[i] = text[i % text.Length];
        }
        return isHeldOut && chance.Next(2) == 0 ? [.. padding, .. bytes] : [.. bytes, .. padding];
    }
}
