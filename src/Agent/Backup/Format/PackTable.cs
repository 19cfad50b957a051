using System.Buffers.Binary;
using HostAtlas.Shared.Backups;

namespace HostAtlas.Agent.Backup.Format;

/// <summary>Reads the table at the end of a pack's plaintext: for rebuilding an index, and for opening a pack again after it was
/// sealed.</summary>
public static class PackTable
{
    /// <summary>Bytes at the end of the plaintext that say how long the table before them is.</summary>
    public const int TrailerBytes = PackBuilder.TrailerBytes;

    /// <summary>How many bytes the table takes, trailer included, told by the plaintext's last 8 bytes.</summary>
    /// <exception cref="ObjectBrokenException">They are no trailer, or it claims more than the pack holds.</exception>
    public static int LengthBytes(ObjectName name, ReadOnlySpan<byte> trailer, long plainLength)
    {
        if (trailer.Length < TrailerBytes || !trailer[^PackBuilder.Magic.Length..].SequenceEqual(PackBuilder.Magic))
            throw new ObjectBrokenException(name, ObjectFault.Content, "it does not end as a pack does.");
        var count = BinaryPrimitives.ReadUInt32BigEndian(trailer[^TrailerBytes..]);
        var length = TrailerBytes + ((long)count * BlobEntry.SizeBytes);
        if (length > plainLength)
            throw new ObjectBrokenException(name, ObjectFault.Content, $"it claims {count} blobs, more than it has room for.");
        return (int)length;
    }

    /// <summary>Reads the entries.</summary>
    /// <param name="name">The pack.</param>
    /// <param name="tail">The plaintext's last bytes, at least as many as <see cref="LengthBytes"/> says.</param>
    /// <param name="plainLength">Length of the whole plaintext.</param>
    /// <exception cref="ObjectBrokenException">An entry points outside of the blobs or says what cannot be.</exception>
    public static IReadOnlyList<BlobEntry> Read(ObjectName name, ReadOnlySpan<byte> tail, long plainLength)
    {
        var length = LengthBytes(name, tail, plainLength);
        var table = tail[^length..^TrailerBytes];
        var entries = new BlobEntry[table.Length / BlobEntry.SizeBytes];
        for (var i = 0; i < entries.Length; i++)
        {
            if (!BlobEntry.TryRead(table[(i * BlobEntry.SizeBytes)..], plainLength - length, out entries[i]))
                throw new ObjectBrokenException(name, ObjectFault.Content, $"entry {i} of its table says what cannot be.");
        }
        return entries;
    }
}
