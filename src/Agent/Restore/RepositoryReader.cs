using System.Collections.Concurrent;
using HostAtlas.Agent.Backup.Format;
using HostAtlas.Shared.Backups;
using HostAtlas.Shared.Ids;

namespace HostAtlas.Agent.Restore;

/// <summary>The first 88 bytes of an object and its size: all that is needed to open parts of it again and again.</summary>
internal sealed record ObjectHead(ObjectName Name, byte[] Prefix, long SizeBytes);

/// <summary>Reads objects of a repository with the keys of a ring. Thread-safe.</summary>
internal sealed class RepositoryReader(IRepositorySource source, KeyRing ring)
{
    private readonly ConcurrentDictionary<ObjectName, Lazy<Task<ObjectHead>>> _heads = new();

    public IRepositorySource Source => source;

    public KeyRing Ring => ring;

    public ObjectOpener Opener { get; } = new(ring);

    /// <summary>Reads a whole object, still sealed.</summary>
    /// <exception cref="ObjectBrokenException">It is not there, or larger than an object can be.</exception>
    public async Task<byte[]> ReadWholeAsync(ObjectName name, CancellationToken cancellation)
    {
        var size = await source.SizeAsync(name, cancellation);
        if (size > ObjectName.ObjectMaxBytes)
            throw new ObjectBrokenException(name, ObjectFault.WrongSize, $"it has {size} bytes, more than an object can have.");
        var bytes = new byte[size];
        await source.ReadAsync(name, 0, bytes, cancellation);
        return bytes;
    }

    /// <summary>Reads an index.</summary>
    /// <exception cref="ObjectBrokenException">It cannot be used; then none of it is.</exception>
    public async Task<IReadOnlyList<(ObjectId Pack, IReadOnlyList<BlobEntry> Entries)>> ReadIndexAsync(
        ObjectName name, CancellationToken cancellation) =>
        IndexTable.Read(name, Opener.Open(name, await ReadWholeAsync(name, cancellation)).Plain);

    /// <summary>Reads a pack's own table from its end.</summary>
    /// <exception cref="ObjectBrokenException">It cannot be used.</exception>
    public async Task<IReadOnlyList<BlobEntry>> ReadPackTableAsync(ObjectName name, CancellationToken cancellation)
    {
        var head = await HeadAsync(name, cancellation);
        using var opened = Opener.Begin(name, head.Prefix, head.SizeBytes);
        if (opened.PlainLength < PackTable.TrailerBytes)
            throw new ObjectBrokenException(name, ObjectFault.Content, "it is too short for a pack.");
        var trailer = await ReadPartAsync(opened, opened.PlainLength - PackTable.TrailerBytes, PackTable.TrailerBytes, cancellation);
        var length = PackTable.LengthBytes(name, trailer, opened.PlainLength);
        return PackTable.Read(name, await ReadPartAsync(opened, opened.PlainLength - length, length, cancellation), opened.PlainLength);
    }

    /// <summary>An object's head, read once. What is damaged in it stays so for this reader: a broken pack is not asked again for each of
    /// its blobs.</summary>
    public async Task<ObjectHead> HeadAsync(ObjectName name, CancellationToken cancellation)
    {
        var head = _heads.GetOrAdd(name, _ => new Lazy<Task<ObjectHead>>(() => ReadHeadAsync(name, cancellation)));
        try
        {
            return await head.Value;
        }
        catch (Exception fault) when (fault is not ObjectBrokenException)
        {
            _heads.TryRemove(new KeyValuePair<ObjectName, Lazy<Task<ObjectHead>>>(name, head));
            throw;
        }
    }

    private async Task<ObjectHead> ReadHeadAsync(ObjectName name, CancellationToken cancellation)
    {
        var size = await source.SizeAsync(name, cancellation);
        var prefix = new byte[Math.Min(size, ObjectHeader.PrefixBytes)];
        await source.ReadAsync(name, 0, prefix, cancellation);
        Opener.Begin(name, prefix, size).Dispose();
        return new ObjectHead(name, prefix, size);
    }

    private async Task<byte[]> ReadPartAsync(OpenObject opened, long offset, int length, CancellationToken cancellation)
    {
        var (at, count) = opened.SealedRange(offset, length);
        var part = new byte[count];
        await source.ReadAsync(opened.Name, at, part, cancellation);
        var plain = new byte[length];
        opened.Open(offset, part, plain);
        return plain;
    }
}
