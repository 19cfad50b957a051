using System.Buffers.Binary;
using System.Formats.Asn1;
using System.Globalization;
using System.Text;
using HostAtlas.Agent.Gate.Rules;

namespace HostAtlas.Agent.Tests.Gate;

/// <summary>Frames that anybody can write around ciphertext: of text, of films, of other bytes between.</summary>
public sealed class FramedFilesTests
{
    private static readonly byte[] Noise = Samples.Noise(60_000), Packed = Samples.Gzip(Samples.Prose(300_000));

    private static readonly byte[] Brand = [.. "isom\0\0\0\u0001"u8], Table = Box("moov", Box("mvhd", new byte[100]));

    private static readonly byte[] EbmlHead =
        [0x1A, 0x45, 0xDF, 0xA3, 0x8B, 0x42, 0x82, 0x88, .. "matroska"u8, 0x18, 0x53, 0x80, 0x67, 1, 255, 255, 255, 255, 255, 255, 255];

    public static TheoryData<string, string, byte[]> Attacks => new()
    {
        { "a certificate that is none", "encoded", Pem("CERTIFICATE", Noise) },
        { "a sequence that is as long as it says, of nothing", "encoded", Pem("CERTIFICATE", [0x30, 0x82, 0xEA, 0x60, .. Noise]) },
        { "age's armour", "encoded", Pem("AGE ENCRYPTED FILE", [.. "age-encryption.org/v1"u8, .. Noise]) },
        { "OpenPGP's armour", "encoded", Pem("PGP MESSAGE", [0x85, 2, 12, .. Noise]) },
        { "a mail", "encoded", Mail(Noise) },
        { "a mail whose base64 is in no part", "encoded", Ascii("Content-Transfer-Encoding: 7bit\n\n" + Lines(Noise)) },
        { "xxd", "encoded", Dump(Noise, isPlain: true) },
        { "hexdump -C", "encoded", Dump(Noise, isPlain: false) },
        { "the letters a to p", "encoded", [.. Noise.SelectMany(b => (byte[])[(byte)('a' + (b >> 4)), (byte)('a' + (b & 15))])] },
        { "base32", "encoded", Base32(Noise) },
        { "a list of numbers", "encoded", Ascii($"[{Numbers(Noise, ", ")}]") },
        { "a zero after every byte", "strided", [.. Noise.SelectMany(b => (byte[])[b, 0])] },
        { "two blanks before every byte", "strided", [.. Noise.SelectMany(b => (byte[])[32, 32, b])] },
        { "EBML's magic number", "broken", [0x1A, 0x45, 0xDF, 0xA3, .. Noise] },
        { "EBML's header", "broken", [.. EbmlHead, .. Noise] },
        { "a film without its table", "broken", [.. Box("ftyp", Brand), .. Box("mdat", Noise)] },
        { "a film whose table never comes", "broken", [.. Box("ftyp", Brand), .. Box("mdat", new byte[5 << 20], 1 << 20)] },
        { "a film whose table is none", "broken",
            [.. Box("ftyp", Brand), .. Box("mdat", Noise), .. Box("moov", Noise)] },
    };

    public static TheoryData<string, byte[]> Ordinary => new()
    {
        { "certificates", [.. Enumerable.Range(0, 20).SelectMany(i => Pem("CERTIFICATE", Der(Noise.AsSpan(i * 1000, 900))))] },
        { "a mail with an archive", Mail(Packed) },
        { "a mail with text", Mail(Samples.Prose(60_000)) },
        { "xxd of an archive", Dump(Packed, isPlain: true) },
        { "a list of numbers of a text", Ascii(Numbers(Samples.Prose(30_000), ",")) },
        { "base32 of an archive", Base32(Packed) },
        { "samples of sixteen bits",
            [.. Enumerable.Range(0, 60_000).SelectMany(i => BitConverter.GetBytes((short)(Math.Sin(i / 9.0) * 9000)))] },
        { "text of UTF-16", Encoding.Unicode.GetBytes(Encoding.ASCII.GetString(Samples.Prose(60_000))) },
        { "a Matroska film",
            [.. EbmlHead, 0x16, 0x54, 0xAE, 0x6B, 0x84, 1, 2, 3, 4, 0x1F, 0x43, 0xB6, 0x75, 0x10, 0, 0xEA, 0x69, 0xE7, 0x81, 0,
                0xA3, 0x10, 0, 0xEA, 0x60, .. Noise] },
        { "a film", [.. Box("ftyp", Brand), .. Table, .. Box("mdat", Noise)] },
        { "a film whose table comes last, windows later",
            [.. Box("ftyp", Brand), .. Box("mdat", Samples.Noise(5 << 20)), .. Table] },
        { "a picture of HEIF",
            [.. Box("ftyp", [.. "heic\0\0\0\0"u8]), .. Box("meta", [0, 0, 0, 0, .. Box("hdlr", new byte[24])]), .. Box("mdat", Noise)] },
    };

    [Theory]
    [MemberData(nameof(Attacks), DisableDiscoveryEnumeration = true)]
    public void Ciphertext_in_a_frame_is_held_back(string what, string rule, byte[] bytes)
    {
        var rules = Samples.Judge(bytes).Rules;
        Assert.True(rules.Contains(rule), $"{what}: {string.Join(", ", rules)}");
    }

    [Theory]
    [MemberData(nameof(Ordinary), DisableDiscoveryEnumeration = true)]
    public void A_frame_that_holds_what_it_says_is_clean(string what, byte[] bytes)
    {
        var rules = Samples.Judge(bytes).Rules;
        Assert.True(rules.Count == 0, $"{what}: {string.Join(", ", rules)}");
    }

    [Theory]
    [InlineData("png", true)]
    [InlineData("sqlite", true)]
    [InlineData("gzip", true)]
    [InlineData("text", false)]
    [InlineData("der", false)]
    [InlineData("data", false)]
    public void A_file_with_a_type_of_its_own_that_became_text_of_evenly_used_signs_has_lost_it(string before, bool isLost)
    {
        foreach (var text in (byte[][])[Pem("CERTIFICATE", Der(Noise.AsSpan(0, 1800))), Mail(Packed)])
        {
            var context = new FileContext { Name = "a", Before = new FileRecord(before, 6.5, 0.8, 50_000) };
            Assert.Equal(isLost ? ["type-lost"] : Array.Empty<string>(), FileJudge.Judge(Samples.Look(text), context).Rules);
        }
    }

    private static byte[] Ascii(string text) => Encoding.ASCII.GetBytes(text);

    private static string Numbers(byte[] bytes, string between) =>
        string.Join(between, bytes.Select(value => value.ToString(CultureInfo.InvariantCulture)));

    private static string Lines(byte[] bytes) => Convert.ToBase64String(bytes, Base64FormattingOptions.InsertLineBreaks) + "\n";

    private static byte[] Pem(string label, byte[] bytes) => Ascii($"-----BEGIN {label}-----\n{Lines(bytes)}-----END {label}-----\n");

    private static byte[] Mail(byte[] attached) => Ascii("From: a@example.org\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b"
        + "\n\n--b\nContent-Type: text/plain\n\nSee what is attached.\n--b\nContent-Type: application/octet-stream\n"
        + $"Content-Transfer-Encoding: base64\n\n{Lines(attached)}\n--b--\n");

    private static byte[] Der(ReadOnlySpan<byte> content)
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            writer.WriteInteger(7);
            writer.WriteOctetString(content);
        }
        return writer.Encode();
    }

    private static byte[] Dump(byte[] bytes, bool isPlain)
    {
        var text = new StringBuilder();
        for (var at = 0; at + 16 <= bytes.Length; at += 16)
        {
            text.Append(CultureInfo.InvariantCulture, $"{at:x8}").Append(isPlain ? ":" : " ");
            for (var i = 0; i < 16; i++)
            {
                if (!isPlain || i % 2 == 0) text.Append(isPlain || i % 8 > 0 ? " " : "  ");
                text.Append(CultureInfo.InvariantCulture, $"{bytes[at + i]:x2}");
            }
            text.Append("  |").Append([.. bytes.AsSpan(at, 16).ToArray().Select(b => b is > 32 and < 127 ? (char)b : '.')]).Append("|\n");
        }
        return Ascii(text.ToString());
    }

    private static byte[] Base32(byte[] bytes)
    {
        var (held, count, text) = (0, 0, new StringBuilder());
        foreach (var value in bytes)
        {
            held = ((held << 8) | value) & 0xFFFF;
            for (count += 8; count >= 5;) text.Append("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"[(held >> (count -= 5)) & 31]);
        }
        return Ascii(text.ToString());
    }

    private static byte[] Box(string name, byte[] content, int longer = 0)
    {
        var size = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(size, content.Length + 8 + longer);
        return [.. size, .. Ascii(name), .. content];
    }
}
