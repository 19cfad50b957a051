using HostAtlas.Shared.Backups;

namespace HostAtlas.Agent.Backup.Format;

/// <summary>
/// Lengths of objects and of what they hold. An object's whole size is a multiple of 256 KiB (pack) or 64 KiB (index, snapshot), so that
/// the vault's owner sees neither chunk nor file sizes; the plaintext is padded with zeros until it fits.
/// </summary>
public static class ObjectSize
{
    /// <summary>Pack objects are multiples of this.</summary>
    public const int PackStepBytes = 256 << 10;

    /// <summary>Index and snapshot objects are multiples of this.</summary>
    public const int TableStepBytes = 64 << 10;

    /// <summary>No pack is sealed larger than this.</summary>
    public const int PackTargetBytes = 16 << 20;

    /// <summary>The multiple for a kind of object.</summary>
    public static int StepBytes(ObjectKind kind) => kind == ObjectKind.Pack ? PackStepBytes : TableStepBytes;

    /// <summary>The size of the object that holds so many bytes.</summary>
    public static long SealedLength(long plainLength) => ObjectHeader.SizeBytes + Cobblestone256.SealedLength(plainLength);

    /// <summary>How many bytes an object of this size holds; false when no object has this size.</summary>
    public static bool TryPlainLength(long sealedLength, out long plainLength) =>
        Cobblestone256.TryPlainLength(sealedLength - ObjectHeader.SizeBytes, out plainLength);

    /// <summary>
    /// The smallest plaintext of at least so many bytes that makes the object's size a multiple of the kind's step. Sealing adds a tag a
    /// chunk, so 16 of 16,400 sizes cannot be made (88 + 16,400 k and the 15 that follow); where a multiple is one of them, the next is
    /// taken. Up to 32 MiB that is 511 × 64 KiB alone.
    /// </summary>
    public static int PaddedLength(ObjectKind kind, int plainLength)
    {
        var step = StepBytes(kind);
        for (var size = Ceiling(SealedLength(plainLength), step); ; size += step)
        {
            if (TryPlainLength(size, out var padded)) return (int)padded;
        }
    }

    /// <summary>The most plaintext bytes that, padded, stay within an object of so many bytes.</summary>
    public static int Capacity(ObjectKind kind, int objectMaxBytes)
    {
        var step = StepBytes(kind);
        for (long size = objectMaxBytes / step * step; ; size -= step)
        {
            if (TryPlainLength(size, out var plain)) return (int)plain;
        }
    }

    private static long Ceiling(long value, int step) => (value + step - 1) / step * step;
}
