using System.Buffers.Binary;
using HostAtlas.Shared.Backups;
using HostAtlas.Shared.Ids;

namespace HostAtlas.Agent.Backup.Format;

/// <summary>Reads an index's plaintext.</summary>
public static class IndexTable
{
    /// <summary>The packs of the index with their tables, in its order. Nothing is said about whether the packs are there.</summary>
    /// <param name="name">The index.</param>
    /// <param name="plain">Its whole plaintext.</param>
    /// <exception cref="ObjectBrokenException">It does not follow the format; then none of it is used.</exception>
    public static IReadOnlyList<(ObjectId Pack, IReadOnlyList<BlobEntry> Entries)> Read(ObjectName name, ReadOnlySpan<byte> plain)
    {
        if (plain.Length < IndexBuilder.TrailerBytes || !plain[^IndexBuilder.Magic.Length..].SequenceEqual(IndexBuilder.Magic))
            throw Broken(name, "it does not end as an index does.");
        var count = BinaryPrimitives.ReadUInt32BigEndian(plain[^IndexBuilder.TrailerBytes..]);
        var tables = plain[..^IndexBuilder.TrailerBytes];
        if (count > (uint)tables.Length / IndexBuilder.PackHeadBytes)
            throw Broken(name, $"it claims {count} packs, more than it has room for.");
        var packs = new (ObjectId, IReadOnlyList<BlobEntry>)[count];
        for (var i = 0; i < packs.Length; i++) packs[i] = ReadPack(name, ref tables);
        return packs;
    }

    private static (ObjectId, IReadOnlyList<BlobEntry>) ReadPack(ObjectName name, ref ReadOnlySpan<byte> tables)
    {
        if (tables.Length < IndexBuilder.PackHeadBytes || !ResourceId.TryRead<ObjectId>(tables[..ResourceId.SizeBytes], out var pack))
            throw Broken(name, "a pack's id was expected where there is none.");
        var count = BinaryPrimitives.ReadUInt32BigEndian(tables[ResourceId.SizeBytes..]);
        tables = tables[IndexBuilder.PackHeadBytes..];
        if (count > (uint)tables.Length / BlobEntry.SizeBytes) throw Broken(name, $"the table of pack {pack} is longer than the index.");
        var entries = new BlobEntry[count];
        for (var i = 0; i < entries.Length; i++)
        {
            if (!BlobEntry.TryRead(tables, ObjectName.ObjectMaxBytes, out entries[i]))
                throw Broken(name, $"entry {i} of pack {pack} says what cannot be.");
            tables = tables[BlobEntry.SizeBytes..];
        }
        return (pack, entries);
    }

    private static ObjectBrokenException Broken(ObjectName name, string why) => new(name, ObjectFault.Content, why);
}
