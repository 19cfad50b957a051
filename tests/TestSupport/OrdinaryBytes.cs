using System.Security.Cryptography;

namespace HostAtlas.TestSupport;

/// <summary>
/// Bytes that are never twice the same and hardly compress, as programs' own files are, and yet are not ciphertext: each bit is set one
/// time in four, so that values come as unevenly as they do in machine code. Where tests back up random bytes, the gate rightly stops them.
/// </summary>
public static class OrdinaryBytes
{
    /// <summary>Draws so many.</summary>
    public static byte[] Draw(int length)
    {
        var (one, other) = (RandomNumberGenerator.GetBytes(length), RandomNumberGenerator.GetBytes(length));
        for (var i = 0; i < length; i++) one[i] &= other[i];
        return one;
    }

    /// <summary>Fills with the same ones for the same seed.</summary>
    public static void Fill(Span<byte> bytes, int seed)
    {
        var random = new Random(seed);
        random.NextBytes(bytes);
        Span<byte> other = new byte[Math.Min(bytes.Length, 1 << 16)];
        for (; !bytes.IsEmpty; bytes = bytes[Math.Min(bytes.Length, other.Length)..])
        {
            random.NextBytes(other);
            for (var i = 0; i < Math.Min(bytes.Length, other.Length); i++) bytes[i] &= other[i];
        }
    }
}
