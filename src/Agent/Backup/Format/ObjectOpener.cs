using HostAtlas.Shared.Backups;

namespace HostAtlas.Agent.Backup.Format;

/// <summary>Opens objects with the keys of a ring, and says of each that does not open why. Thread-safe.</summary>
public sealed class ObjectOpener(KeyRing ring)
{
    /// <summary>Opens an object for reading parts of it.</summary>
    /// <param name="name">The name it was asked for by; an object that says otherwise is refused.</param>
    /// <param name="prefix">Its first 88 bytes, or more, or all there are.</param>
    /// <param name="sizeBytes">Its size.</param>
    /// <exception cref="ObjectBrokenException">It is not what its name says, or no key of the ring opens it.</exception>
    public OpenObject Begin(ObjectName name, ReadOnlySpan<byte> prefix, long sizeBytes)
    {
        if (!ObjectHeader.TryRead(prefix, out var header))
            throw Broken(name, ObjectFault.NoHeader, "it does not begin with a header of this format.");
        if (header.Name != name)
            throw Broken(name, ObjectFault.OtherName, $"it is the object {header.Name}: it was renamed, or two were swapped.");
        if (ring.Find(header.KeyId) is not { } keys)
        {
            throw Broken(name, ObjectFault.UnknownKey, $"it was sealed under the key {header.KeyId}, which is not among "
                + $"{string.Join(", ", ring.All.Select(known => known.KeyId))}; "
                + "name the right recovery key with --recovery-key FILE, or add it to this host's keys with key import FILE.");
        }
        if (sizeBytes > ObjectName.ObjectMaxBytes || prefix.Length < ObjectHeader.PrefixBytes
            || !ObjectSize.TryPlainLength(sizeBytes, out var plainLength))
        {
            throw Broken(name, ObjectFault.WrongSize, $"it was cut short or lengthened: no object has {sizeBytes} bytes.");
        }
        var salt = prefix.Slice(ObjectHeader.SizeBytes, Cobblestone256.SaltBytes);
        var cipher = header.Cipher(keys, salt);
        if (cipher.IsCommitment(prefix.Slice(ObjectHeader.SizeBytes + Cobblestone256.SaltBytes, Cobblestone256.CommitmentBytes)))
            return new OpenObject(name, keys, cipher, sizeBytes, plainLength);
        cipher.Dispose();
        throw Broken(name, ObjectFault.Commitment, "its first 88 bytes were altered, or it was sealed under another key of the same id.");
    }

    /// <summary>Opens a whole object: its plaintext, padding included, and the keys that opened it.</summary>
    /// <exception cref="ObjectBrokenException">It is damaged, or not the object of that name.</exception>
    public (byte[] Plain, RepositoryKeys Keys) Open(ObjectName name, ReadOnlySpan<byte> sealedObject)
    {
        using var opened = Begin(name, sealedObject, sealedObject.Length);
        var plain = new byte[opened.PlainLength];
        OpenAll(opened, sealedObject, plain);
        return (plain, opened.Keys);
    }

    // An empty last chunk is still a chunk: that it opens is what proves that nothing was cut off.
    private static void OpenAll(OpenObject opened, ReadOnlySpan<byte> sealedObject, Span<byte> plain)
    {
        if (!plain.IsEmpty) opened.Open(0, sealedObject[ObjectHeader.PrefixBytes..], plain);
        if (plain.Length % Cobblestone256.ChunkBytes == 0) opened.ProveEnd(sealedObject[^Cobblestone256.TagBytes..]);
    }

    private static ObjectBrokenException Broken(ObjectName name, ObjectFault fault, string why) => new(name, fault, why);
}
