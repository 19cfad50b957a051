using System.Buffers.Binary;
using System.Numerics;

namespace HostAtlas.Agent.Spool;

/// <summary>CRC-32C (Castagnoli, RFC 3720 B.4), one instruction a word on x86-64 and ARM64. It finds damage, it does not stop a
/// forger.</summary>
internal static class Crc32C
{
    public static uint Of(ReadOnlySpan<byte> bytes)
    {
        var crc = ~0u;
        while (bytes.Length >= 8)
        {
            crc = BitOperations.Crc32C(crc, BinaryPrimitives.ReadUInt64LittleEndian(bytes));
            bytes = bytes[8..];
        }
        foreach (var b in bytes) crc = BitOperations.Crc32C(crc, b);
        return ~crc;
    }
}
