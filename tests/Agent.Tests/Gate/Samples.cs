using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using HostAtlas.Agent.Gate.Features;
using HostAtlas.Agent.Gate.Rules;

namespace HostAtlas.Agent.Tests.Gate;

/// <summary>Bytes for the gate's tests, the same at each run.</summary>
internal static class Samples
{
    /// <summary>Ciphertext of zeros.</summary>
    public static byte[] Noise(int count, int seed = 1)
    {
        using var aes = Aes.Create();
        aes.Key = SHA256.HashData(BitConverter.GetBytes(seed));
        var counters = new byte[(count + 15) & ~15];
        for (var i = 0; i < counters.Length; i += 16) BitConverter.TryWriteBytes(counters.AsSpan(i), i);
        return aes.EncryptEcb(counters, PaddingMode.None)[..count];
    }

    /// <summary>Prose of so many bytes.</summary>
    public static byte[] Prose(int count)
    {
        var chance = new Random(7);
        var text = new StringBuilder();
        string[] words =
            ["the", "server", "keeps", "backup", "of", "every", "file", "and", "restores", "it", "when", "asked", "42", "Monday,"];
        while (text.Length < count) text.Append(words[chance.Next(words.Length)]).Append(chance.Next(9) == 0 ? ".\n" : " ");
        return Encoding.ASCII.GetBytes(text.ToString(0, count));
    }

    /// <summary>Prose with ciphertext written over so many bytes of each so many.</summary>
    public static byte[] Strided(byte[] plain, int random, int of)
    {
        var result = plain.ToArray();
        var noise = Noise(plain.Length);
        for (var i = 0; i < plain.Length; i++)
        {
            if (i % of < random) result[i] = noise[i];
        }
        return result;
    }

    /// <summary>gzip.</summary>
    public static byte[] Gzip(byte[] bytes) => Packed(bytes, stream => new GZipStream(stream, CompressionLevel.Optimal, true));

    /// <summary>zlib.</summary>
    public static byte[] Zlib(byte[] bytes) => Packed(bytes, stream => new ZLibStream(stream, CompressionLevel.Optimal, true));

    /// <summary>Brotli.</summary>
    public static byte[] Brotli(byte[] bytes) => Packed(bytes, stream => new BrotliStream(stream, CompressionLevel.Fastest, true));

    /// <summary>zstd.</summary>
    public static byte[] Zstd(byte[] bytes) => Packed(bytes, stream => new ZstdSharp.CompressionStream(stream, 3, leaveOpen: true));

    /// <summary>bzip2.</summary>
    public static byte[] Bzip2(byte[] bytes) => Packed(bytes, stream => SharpCompress.Compressors.BZip2.BZip2Stream.Create(
        stream, SharpCompress.Compressors.CompressionMode.Compress, false, true, false));

    /// <summary>A zip with one entry.</summary>
    public static byte[] Zip(byte[] bytes, CompressionLevel level = CompressionLevel.Optimal)
    {
        using var packed = new MemoryStream();
        using (var zip = new ZipArchive(packed, ZipArchiveMode.Create, leaveOpen: true))
        {
            using var entry = zip.CreateEntry("a.bin", level).Open();
            entry.Write(bytes);
        }
        return packed.ToArray();
    }

    /// <summary>A zip of entries that are kept as they are.</summary>
    public static byte[] ZipOf(byte[][] entries)
    {
        using var packed = new MemoryStream();
        using (var zip = new ZipArchive(packed, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (var (number, bytes) in entries.Index())
            {
                using var entry = zip.CreateEntry($"word/part{number}.xml", CompressionLevel.NoCompression).Open();
                entry.Write(bytes);
            }
        }
        return packed.ToArray();
    }

    /// <summary>What the collector finds, handed over in spans of these sizes in turn.</summary>
    public static FileFeatures Look(byte[] bytes, params int[] spans)
    {
        var collector = new FeatureCollector();
        for (int at = 0, turn = 0; at < bytes.Length; turn++)
        {
            var length = spans.Length == 0 ? bytes.Length : Math.Min(spans[turn % spans.Length], bytes.Length - at);
            collector.Push(bytes.AsSpan(at, length));
            at += length;
        }
        return collector.Finish();
    }

    /// <summary>The verdict on a new file.</summary>
    public static FileVerdict Judge(byte[] bytes, string name = "file") => FileJudge.Judge(Look(bytes), new FileContext { Name = name });

    private static byte[] Packed(byte[] bytes, Func<Stream, Stream> open)
    {
        using var packed = new MemoryStream();
        using (var stream = open(packed)) stream.Write(bytes);
        return packed.ToArray();
    }
}
