namespace HostAtlas.Agent.Backup.Keys;

/// <summary>CRC-32 as zlib and PNG have it: reflected polynomial 0xEDB88320, begun and ended with all bits set. For 40 bytes, so without
/// tables.</summary>
internal static class Crc32
{
    public static uint Of(ReadOnlySpan<byte> bytes)
    {
        var crc = uint.MaxValue;
        foreach (var b in bytes)
        {
            crc ^= b;
            for (var bit = 0; bit < 8; bit++) crc = (crc >> 1) ^ (0xEDB88320u & (0u - (crc & 1)));
        }
        return ~crc;
    }
}
