using System.Buffers.Binary;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;

namespace HostAtlas.Agent.Tests.Gate;

/// <summary>Files as git writes them, of any content.</summary>
internal static class GitFiles
{
    /// <summary>A pack of blobs; every third is written as a difference to the one before, every fourth as one to a named object.</summary>
    public static byte[] Pack(IReadOnlyList<byte[]> objects, bool isSha256 = false)
    {
        using var pack = new MemoryStream();
        pack.Write("PACK\0\0\0\u0002"u8);
        Span<byte> number = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(number, objects.Count);
        pack.Write(number);
        foreach (var (i, content) in objects.Index())
        {
            var type = i % 3 == 2 ? 6 : i % 4 == 3 ? 7 : 3;
            Header(pack, type, content.Length);
            if (type == 6) pack.Write([0x81, 0x10]);
            if (type == 7) pack.Write(Hash(BitConverter.GetBytes(i), isSha256));
            using var stream = new ZLibStream(pack, CompressionLevel.Fastest, leaveOpen: true);
            stream.Write(content);
        }
        pack.Write(Hash(pack.ToArray(), isSha256));
        return pack.ToArray();
    }

    /// <summary>A pack's index (version 2) of so many objects.</summary>
    public static byte[] Index(int count, bool isSha256 = false, bool isOrdered = true) =>
    [
        0xFF, .. "tOc"u8, 0, 0, 0, 2, .. Fanout(Names(count, isSha256)), .. Joined(Names(count, isSha256), isOrdered),
        .. Samples.Noise(count * 4, 77), .. Places(count), .. Samples.Noise(isSha256 ? 64 : 40, 78),
    ];

    /// <summary>A commit-graph of so many commits.</summary>
    public static byte[] CommitGraph(int count, bool isSha256 = false, bool isOrdered = true)
    {
        var names = Names(count, isSha256);
        var commits = new byte[count * ((isSha256 ? 32 : 20) + 16)];
        Samples.Noise(commits.Length, 79).CopyTo(commits, 0);
        return Chunks([.. "CGPH"u8, 1, (byte)(isSha256 ? 2 : 1), 3, 0],
            [("OIDF", Fanout(names)), ("OIDL", Joined(names, isOrdered)), ("CDAT", commits)]);
    }

    /// <summary>A multi-pack-index of so many objects.</summary>
    public static byte[] MultiPackIndex(int count, bool isSha256 = false, bool isOrdered = true)
    {
        var names = Names(count, isSha256);
        return Chunks([.. "MIDX"u8, 1, (byte)(isSha256 ? 2 : 1), 4, 0, 0, 0, 0, 1],
        [
            ("PNAM", Encoding.ASCII.GetBytes("pack-1.idx\0\0")), ("OIDF", Fanout(names)), ("OIDL", Joined(names, isOrdered)),
            ("OOFF", [.. Places(count), .. Places(count)]),
        ]);
    }

    private static byte[] Chunks(byte[] head, (string Id, byte[] Bytes)[] chunks)
    {
        using var file = new MemoryStream();
        file.Write(head);
        Span<byte> number = stackalloc byte[8];
        long at = head.Length + ((chunks.Length + 1) * 12);
        foreach (var (id, bytes) in ((string, byte[])[])[.. chunks, ("\0\0\0\0", [])])
        {
            file.Write(Encoding.ASCII.GetBytes(id));
            BinaryPrimitives.WriteInt64BigEndian(number, at);
            file.Write(number);
            at += bytes.Length;
        }
        foreach (var (_, bytes) in chunks) file.Write(bytes);
        file.Write(Hash(file.ToArray(), head[5] == 2));
        return file.ToArray();
    }

    private static void Header(MemoryStream pack, int type, long size)
    {
        var first = (type << 4) | (int)(size & 15);
        for (size >>= 4; size > 0; size >>= 7)
        {
            pack.WriteByte((byte)(first | 0x80));
            first = (int)(size & 127);
        }
        pack.WriteByte((byte)first);
    }

    private static byte[][] Names(int count, bool isSha256) =>
        [.. Samples.Noise(count * (isSha256 ? 32 : 20), 76).Chunk(isSha256 ? 32 : 20).OrderBy(Convert.ToHexString, StringComparer.Ordinal)];

    private static byte[] Joined(byte[][] names, bool isOrdered) =>
        [.. (isOrdered ? names : [.. names.Reverse()]).SelectMany(name => name)];

    private static byte[] Fanout(byte[][] names)
    {
        var counts = new byte[1024];
        for (var first = 0; first < 256; first++)
            BinaryPrimitives.WriteInt32BigEndian(counts.AsSpan(first * 4), names.Count(name => name[0] <= first));
        return counts;
    }

    private static byte[] Places(int count)
    {
        var places = new byte[count * 4];
        for (var i = 0; i < count; i++) BinaryPrimitives.WriteInt32BigEndian(places.AsSpan(i * 4), i * 7919 % 5_000_011);
        return places;
    }

    private static byte[] Hash(byte[] bytes, bool isSha256)
    {
        if (isSha256) return SHA256.HashData(bytes);
#pragma warning disable CA5350 // The format's own sum.
        return SHA1.HashData(bytes);
#pragma warning restore CA5350
    }
}
