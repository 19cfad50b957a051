using System.IO.Compression;
using System.Text;
using HostAtlas.Agent.Gate.Features;
using HostAtlas.Agent.Gate.Rules;

namespace HostAtlas.Agent.Tests.Gate;

public sealed class FileJudgeTests
{
    private const int Size = 200_000;

    private static readonly byte[] Noise = Samples.Noise(Size), Prose = Samples.Prose(Size);

    // Not told to the runner one by one: it would write the bytes of each as text, for minutes.
    public static TheoryData<string, string, byte[]> Attacks => new()
    {
        { "whole", "random", Noise },
        { "first 4 KiB", "random-head", [.. Noise.AsSpan(0, 4096), .. Prose.AsSpan(4096)] },
        { "second half", "random-part", [.. Prose.AsSpan(0, Size / 2), .. Noise.AsSpan(Size / 2)] },
        { "the last tenth", "random-tail", [.. Prose.AsSpan(0, Size - 20_000), .. Noise.AsSpan(0, 20_000)] },
        { "16 of 32", "strided", Samples.Strided(Prose, 16, 32) },
        { "7 of 21", "strided", Samples.Strided(Prose, 7, 21) },
        { "8 KiB of 16", "random-part", Samples.Strided(Prose, 8192, 16384) },
        { "forged gzip", "broken", [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 3, .. Noise] },
        { "forged PNG", "broken", [0x89, .. "PNG\r\n\u001a\n\0\0\0\rIHDR"u8, .. Noise] },
        { "in gzip", "hidden", Samples.Gzip(Noise) },
        { "in zip", "hidden", Samples.Zip(Noise) },
        { "in a stored zip", "hidden", Samples.Zip(Noise, CompressionLevel.NoCompression) },
        { "in zstd", "hidden", Samples.Zstd(Noise) },
        { "in bzip2", "hidden", Samples.Bzip2(Noise) },
        { "in gzip in gzip", "hidden", Samples.Gzip(Samples.Gzip(Noise)) },
        { "gzip, its half written over", "broken", HalfOver(Samples.Gzip(Packable)) },
        { "base64", "encoded", Encoding.ASCII.GetBytes(Convert.ToBase64String(Noise)) },
        { "base64 in lines", "encoded", Encoding.ASCII.GetBytes(Convert.ToBase64String(Noise, Base64FormattingOptions.InsertLineBreaks)) },
        { "hex", "encoded", Encoding.ASCII.GetBytes(Convert.ToHexStringLower(Noise)) },
        { "base64 as UTF-16", "encoded", Encoding.Unicode.GetBytes(Convert.ToBase64String(Noise)) },
        { "hex in pairs", "encoded", Encoding.ASCII.GetBytes(BitConverter.ToString(Noise).Replace('-', ' ')) },
        { "base64, quoted", "encoded", Encoding.ASCII.GetBytes(Quoted(Convert.ToBase64String(Noise))) },
        { "a zip of small ciphertexts", "hidden", Samples.ZipOf([.. Noise.Chunk(5000)]) },
        { "XOR with a key of 1,000 bytes", "keyed", Xor(Prose, Samples.Noise(1000, 5)) },
        { "padded with zeros", "random-head", [.. Noise, .. new byte[Size * 3]] },
    };

    public static TheoryData<string, byte[]> Ordinary => new()
    {
        { "nothing", [] },
        { "one byte", [7] },
        { "zeros", new byte[Size] },
        { "prose", Prose },
        { "gzip", Samples.Gzip(Prose) },
        { "zip", Samples.Zip(Prose) },
        { "zstd", Samples.Zstd(Prose) },
        { "bzip2", Samples.Bzip2(Prose) },
        { "brotli", Samples.Brotli(Prose) },
        { "zlib", Samples.Zlib(Prose) },
        { "zip of gzip", Samples.Zip(Samples.Gzip(Prose)) },
        { "base64 of gzip", Encoding.ASCII.GetBytes(Convert.ToBase64String(Samples.Gzip(Packable))) },
        { "prose with an archive in it", [.. Prose, .. Samples.Gzip(Packable), .. Prose] },
        { "a small random file", Samples.Noise(4000) },
        { "hex in pairs of prose", Encoding.ASCII.GetBytes(BitConverter.ToString(Prose).Replace('-', ' ')) },
        { "a zip of small archives", Samples.ZipOf([.. Enumerable.Range(0, 40).Select(i => Samples.Gzip(Prose[(i * 4000)..]))]) },
        { "a zip with one small key in it", Samples.ZipOf([Prose, Samples.Noise(4000)]) },
    };

    // Prose that packs to more than 8 KiB.
    private static byte[] Packable => Samples.Prose(600_000);

    [Theory]
    [MemberData(nameof(Attacks), DisableDiscoveryEnumeration = true)]
    public void An_attack_is_held_back_and_its_rule_is_named(string what, string rule, byte[] bytes)
    {
        var verdict = Samples.Judge(bytes);
        Assert.True(verdict.Verdict == GateVerdict.HeldBack, what);
        Assert.Contains(rule, verdict.Rules);
    }

    [Theory]
    [MemberData(nameof(Ordinary), DisableDiscoveryEnumeration = true)]
    public void An_ordinary_file_is_clean(string what, byte[] bytes)
    {
        var verdict = Samples.Judge(bytes);
        Assert.True(verdict.Rules.Count == 0, $"{what}: {string.Join(", ", verdict.Rules)}");
    }

    [Theory]
    [InlineData("report.docx", true)]
    [InlineData("report.docx.locked", true)]
    [InlineData("notes.txt", true)]
    [InlineData("random-seed", false)]
    [InlineData(".hidden", false)]
    public void A_small_random_file_is_held_back_when_its_name_promises_something_else(string name, bool heldBack) =>
        Assert.Equal(heldBack, Samples.Judge(Samples.Noise(2000), name).Rules.Contains(NameRules.Name));

    [Fact]
    public void A_small_file_that_turned_random_is_seen_by_its_last_record()
    {
        var before = Samples.Judge(Samples.Prose(3000), "a").Record;
        var now = Samples.Look(Samples.Noise(3000));
        var verdict = FileJudge.Judge(now, new FileContext { Name = "a", Before = before });
        Assert.Equal(["type-lost", "entropy-up"], verdict.Rules);
        Assert.Empty(FileJudge.Judge(now, new FileContext { Name = "a", Before = before, IsLearning = true }).Rules);
    }

    [Theory]
    [InlineData(8)]
    [InlineData(1)]
    public void A_file_scrambled_in_place_is_seen_by_its_last_record_though_it_can_still_be_compressed(int keyBytes)
    {
        var before = Samples.Judge(Program, "tool").Record;
        Assert.Equal("elf", before.Type);
        // One byte as a key leaves the counts as they are: nothing but the type tells, and that alone is no proof.
        var context = new FileContext { Name = "tool", Before = before };
        var rules = FileJudge.Judge(Samples.Look(Xor(Program, Samples.Noise(keyBytes, 9))), context).Rules;
        Assert.Equal(keyBytes > 1 ? ["entropy-up"] : Array.Empty<string>(), rules);
        // Another length is another format.
        Assert.Empty(FileJudge.Judge(Samples.Look([.. Xor(Program, Samples.Noise(8, 9)), .. new byte[9_000]]), context).Rules);
    }

    [Fact]
    public void A_text_that_was_packed_or_grew_is_no_change_of_the_bad_kind()
    {
        var before = Samples.Judge(Prose, "app.log").Record;
        foreach (var bytes in (byte[][])[Samples.Gzip(Packable), Samples.Prose(Size * 2), Samples.Prose(100)])
            Assert.Empty(FileJudge.Judge(Samples.Look(bytes), new FileContext { Name = "app.log", Before = before }).Rules);
    }

    [Fact]
    public void A_declared_file_is_clean_as_long_as_its_framing_stays()
    {
        byte[] age = [.. "age-encryption.org/v1\n-> X25519 x\n"u8, .. Noise];
        Assert.Equal(GateVerdict.HeldBack, Samples.Judge(age, "secrets.age").Verdict);
        var first = FileJudge.Judge(Samples.Look(age), new FileContext { Name = "secrets.age", IsDeclared = true });
        Assert.Empty(first.Rules);
        Assert.Equal("age", first.Record.Type);
        var over = new FileContext { Name = "secrets.age", IsDeclared = true, Before = first.Record };
        var later = FileJudge.Judge(Samples.Look(Noise), over);
        Assert.Equal([FileJudge.FramingLost], later.Rules);
    }

    // As much like a program as the rules ask for.
    private static byte[] Program => [0x7F, .. "ELF"u8, 2, 1, 1, 0, .. Prose];

    private static string Quoted(string text) => string.Join('\n', text.Chunk(61).Select(line => "> " + new string(line)));

    private static byte[] HalfOver(byte[] bytes) =>
        [.. bytes.AsSpan(0, bytes.Length / 2), .. Samples.Noise(bytes.Length - (bytes.Length / 2))];

    private static byte[] Xor(byte[] plain, byte[] key) => [.. plain.Select((value, i) => (byte)(value ^ key[i % key.Length]))];
}
