using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;

namespace HostAtlas.Benchmarks.Gate;

/// <summary>
/// Shapes of attacks that the gate was not written for: thought of when its rules were done. What escapes is said in docs/gate.md.
/// </summary>
internal static class StrangeAttacks
{
    private const int Kib = 1024;

    /// <summary>All of them, each with a cipher that it draws from both sets.</summary>
    public static IReadOnlyList<Attack> All { get; } =
    [
        Of("names encrypted, first 512 bytes clear", (file, chance, cipher) => new Victim(
            Convert.ToHexString(Ciphers.Bytes(chance, 12)), [.. file.Bytes[..512], .. cipher(file.Bytes[512..], chance)])),
        Of("last 4 KiB", (file, chance, cipher) => file with
        {
            Bytes = [.. file.Bytes[..^(4 * Kib)], .. cipher(file.Bytes[^(4 * Kib)..], chance)],
        }),
        Of("every third block of 64 KiB", (file, chance, cipher) => EveryThird(file, chance, cipher)),
        Of("every other KiB, the rest zeros", (file, chance, cipher) => HalfZeros(file, chance, cipher)),
        Of("a trailer of JSON behind it", (file, chance, cipher) => file with
        {
            Bytes =
            [
                .. cipher(file.Bytes, chance),
                .. Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat("{\"id\": \"victim\", \"key\": 1}\n", 300))),
            ],
        }),
        Of("ascii85 in lines of 61 behind \"> \"", (file, chance, cipher) => Quoted(file, cipher(file.Bytes, chance))),
        Of("base64 as UTF-16", (file, chance, cipher) => file with
        {
            Bytes = Encoding.Unicode.GetBytes(Convert.ToBase64String(cipher(file.Bytes, chance))),
        }),
        Of("base64 within JSON", (file, chance, cipher) => file with
        {
            Bytes = Encoding.ASCII.GetBytes(
                $"{{\"victim\": \"{chance.Next()}\", \"data\": \"{Convert.ToBase64String(cipher(file.Bytes, chance))}\"}}\n"),
        }),
        Of("hex in pairs with blanks", (file, chance, cipher) => file with
        {
            Bytes = Encoding.ASCII.GetBytes(BitConverter.ToString(cipher(file.Bytes, chance)).Replace('-', ' ')),
        }),
        Of("a zip, a text beside the ciphertext", (file, chance, cipher) => Zip("all.zip",
            [("READ.txt", Encoding.ASCII.GetBytes(new string('x', 400) + "pay")), ("a.bin", cipher(file.Bytes, chance))], chance)),
        Of("a docx, its members encrypted", (file, chance, cipher) => Zip("report.docx",
            [.. file.Bytes.Chunk((file.Bytes.Length / 5) + 1).Select((part, i) => ($"word/part{i}.xml", cipher(part, chance)))], chance)),
        Of("a picture (BMP) of ciphertext", (file, chance, cipher) => Bitmap(file, cipher(file.Bytes, chance))),
        Of("a sound (WAV) of ciphertext", (file, chance, cipher) => Sound(file, cipher(file.Bytes, chance))),
        new("XOR, key of 8 bytes", true, (file, chance) => file with { Bytes = Ciphers.XorKey(8)(file.Bytes, chance) }),
        Of("low halves of the bytes only", (file, chance, cipher) => file with
        {
            Bytes = [.. file.Bytes.Zip(cipher(file.Bytes, chance), (clear, noise) => (byte)((clear & 0xF0) | (noise & 0x0F)))],
        }),
        new("bytes in another order", true, (file, chance) =>
        {
            var bytes = file.Bytes.ToArray();
            chance.Shuffle(bytes);
            return file with { Bytes = bytes };
        }),
    ];

    private static Attack Of(string name, Func<Victim, Random, Cipher, Victim?> run)
    {
        (string Name, Cipher Encrypt)[] ciphers = [.. Ciphers.Tuning, .. Ciphers.HeldOut];
        return new(name, true, (file, chance) => run(file, chance, ciphers[chance.Next(ciphers.Length)].Encrypt));
    }

    private static Victim? EveryThird(Victim file, Random chance, Cipher cipher)
    {
        const int block = 64 * Kib;
        if (file.Bytes.Length < 3 * block) return null;
        var (bytes, encrypted) = (file.Bytes.ToArray(), cipher(file.Bytes, chance));
        for (var at = block; at < bytes.Length; at += 3 * block)
            encrypted.AsSpan(at, Math.Min(block, bytes.Length - at)).CopyTo(bytes.AsSpan(at));
        return file with { Bytes = bytes };
    }

    private static Victim HalfZeros(Victim file, Random chance, Cipher cipher)
    {
        var encrypted = cipher(file.Bytes, chance);
        var bytes = new byte[2 * encrypted.Length];
        for (var at = 0; at < encrypted.Length; at += Kib)
            encrypted.AsSpan(at, Math.Min(Kib, encrypted.Length - at)).CopyTo(bytes.AsSpan(2 * at));
        return file with { Bytes = bytes };
    }

    private static Victim Quoted(Victim file, byte[] bytes)
    {
        var lines = Attacks.Ascii85(bytes).Replace("\n", "", StringComparison.Ordinal).Chunk(61).Select(line => "> " + new string(line));
        return file with { Bytes = Encoding.ASCII.GetBytes(string.Join('\n', lines)) };
    }

    private static Victim Zip(string name, (string Name, byte[] Bytes)[] members, Random chance)
    {
        using var packed = new MemoryStream();
        using (var zip = new ZipArchive(packed, ZipArchiveMode.Create, leaveOpen: true))
        {
            var level = chance.Next(2) == 0 ? CompressionLevel.Optimal : CompressionLevel.NoCompression;
            foreach (var member in members)
            {
                using var entry = zip.CreateEntry(member.Name, level).Open();
                entry.Write(member.Bytes);
            }
        }
        return new Victim(name, packed.ToArray());
    }

    private static Victim Bitmap(Victim file, byte[] pixels)
    {
        var head = new byte[54];
        "BM"u8.CopyTo(head);
        BinaryPrimitives.WriteInt32LittleEndian(head.AsSpan(2), head.Length + pixels.Length);
        (head[10], head[14], head[26], head[28]) = (54, 40, 1, 24);
        BinaryPrimitives.WriteInt32LittleEndian(head.AsSpan(18), 64);
        BinaryPrimitives.WriteInt32LittleEndian(head.AsSpan(22), pixels.Length / 192);
        return new Victim(file.Name + ".bmp", [.. head, .. pixels]);
    }

    private static Victim Sound(Victim file, byte[] samples)
    {
        byte[] head = [.. "RIFF    WAVEfmt "u8, 16, 0, 0, 0, 1, 0, 2, 0, 0x44, 0xAC, 0, 0, 0x10, 0xB1, 2, 0, 4, 0, 16, 0, .. "data    "u8];
        BinaryPrimitives.WriteInt32LittleEndian(head.AsSpan(4), head.Length + samples.Length - 8);
        BinaryPrimitives.WriteInt32LittleEndian(head.AsSpan(40), samples.Length);
        return new Victim(file.Name + ".wav", [.. head, .. samples]);
    }
}
