using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text.Json;
using HostAtlas.Shared.Backups;
using HostAtlas.Shared.Ids;

namespace HostAtlas.Agent.Backup.Format;

/// <summary>
/// Seals and reads snapshots:
/// <code>
/// plaintext = JSON ‖ zero padding ‖ JSON length u32 ‖ "HAS1"
/// </code>
/// </summary>
public static class SnapshotObject
{
    private const int TrailerBytes = sizeof(uint) + 4, FingerprintBytes = 8;

    private static ReadOnlySpan<byte> Magic => "HAS1"u8;

    /// <summary>Seals a snapshot under its own id.</summary>
    /// <exception cref="ArgumentException">It names another key than the one that seals, or would not be read again.</exception>
    public static SealedObject Seal(ObjectSealer sealer, SnapshotDocument document)
    {
        ArgumentNullException.ThrowIfNull(sealer);
        ArgumentNullException.ThrowIfNull(document);
        if (FaultOf(document, document.Id, sealer.Keys.KeyId) is { } fault) throw new ArgumentException(fault, nameof(document));
        var json = JsonSerializer.SerializeToUtf8Bytes(document, SnapshotJson.Default.SnapshotDocument);
        using var buffer = new ObjectBuffer(sealer.Pool, json.Length + TrailerBytes);
        buffer.Write(json);
        buffer.PadTo(ObjectSize.PaddedLength(ObjectKind.Snapshot, json.Length + TrailerBytes) - TrailerBytes);
        Span<byte> length = stackalloc byte[sizeof(uint)];
        BinaryPrimitives.WriteInt32BigEndian(length, json.Length);
        buffer.Write(length);
        buffer.Write(Magic);
        return sealer.Seal(ObjectName.Of(document.Id), buffer);
    }

    /// <summary>Opens and reads a snapshot.</summary>
    /// <exception cref="ObjectBrokenException">It is damaged, not the snapshot of that id, or of a version that this agent does not
    /// know.</exception>
    public static SnapshotDocument Open(ObjectOpener opener, SnapshotId id, ReadOnlySpan<byte> sealedObject)
    {
        ArgumentNullException.ThrowIfNull(opener);
        var name = ObjectName.Of(id);
        var (plain, keys) = opener.Open(name, sealedObject);
        if (plain.Length < TrailerBytes || !plain.AsSpan()[^Magic.Length..].SequenceEqual(Magic))
            throw Broken(name, "it does not end as a snapshot does.");
        var length = BinaryPrimitives.ReadUInt32BigEndian(plain.AsSpan()[^TrailerBytes..]);
        if (length > plain.Length - TrailerBytes) throw Broken(name, "its document is longer than the object.");
        SnapshotDocument document;
        try
        {
            document = JsonSerializer.Deserialize(plain.AsSpan(0, (int)length), SnapshotJson.Default.SnapshotDocument)
                ?? throw Broken(name, "its document is empty.");
        }
        catch (JsonException)
        {
            throw Broken(name, "its document does not follow the format, or a newer agent wrote it.");
        }
        return FaultOf(document, id, keys.KeyId) is { } fault ? throw Broken(name, fault) : document;
    }

    /// <summary>What a run prints and <c>restore --expect</c> checks: the first 16 hex digits of the object's SHA-256.</summary>
    public static string Fingerprint(ReadOnlySpan<byte> sealedObject) =>
        Convert.ToHexStringLower(SHA256.HashData(sealedObject).AsSpan(0, FingerprintBytes));

    private static string? FaultOf(SnapshotDocument document, SnapshotId id, BackupKeyId keyId)
    {
        if (document.Version != SnapshotDocument.CurrentVersion) return $"it is of version {document.Version}; a newer agent reads it.";
        if (document.Id != id) return $"it holds the snapshot {document.Id}.";
        if (document.KeyId != keyId) return "it names another key than the one it was sealed under.";
        if (document.Generation < 1) return "its generation is none.";
        if (document.Predecessors.Count > SnapshotDocument.PredecessorsMax) return "it names more than 256 predecessors.";
        var above = document.Generation;
        foreach (var link in document.Predecessors)
        {
            if (link.Generation >= above || link.Generation < 1 || !LowerHex.Is(link.Sha256, 64))
                return "its predecessors are not in order.";
            above = link.Generation;
        }
        return null;
    }

    private static ObjectBrokenException Broken(ObjectName name, string why) => new(name, ObjectFault.Content, why);
}
