using System.Security.Cryptography;

namespace HostAtlas.Agent.Logs.Cursors;

/// <summary>
/// The first bytes of a file, by which it is known again when an inode says nothing: another file took it, or the content was copied or
/// compressed. A hash, because what a log says never lies on the disk unredacted.
/// </summary>
/// <param name="Bytes">How many, at most <see cref="MostBytes"/>.</param>
/// <param name="Hash">16 bytes of their SHA-256, in hex.</param>
internal sealed record Fingerprint(int Bytes, string Hash)
{
    public const int MostBytes = 1024;

    /// <summary>Of a file of which nothing was read.</summary>
    public static readonly Fingerprint None = new(0, "");

    public static Fingerprint Of(ReadOnlySpan<byte> first) =>
        first.IsEmpty ? None : new(first.Length, Convert.ToHexStringLower(SHA256.HashData(first).AsSpan(0, 16)));

    /// <summary>Whether a file that begins with these bytes may be it.</summary>
    public bool Fits(ReadOnlySpan<byte> first) => Bytes == 0 || (first.Length >= Bytes && Of(first[..Bytes]) == this);
}
