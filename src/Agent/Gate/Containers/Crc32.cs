namespace HostAtlas.Agent.Gate.Containers;

/// <summary>CRC-32 as gzip, zip and PNG have it (RFC 1952), four bytes a step.</summary>
internal static class Crc32
{
    private static readonly uint[][] Tables = Make();

    /// <summary>Goes on with a sum; begin with all ones, and invert at the end.</summary>
    public static uint Update(uint crc, ReadOnlySpan<byte> bytes)
    {
        var (a, b, c, d) = (Tables[0], Tables[1], Tables[2], Tables[3]);
        for (; bytes.Length >= 4; bytes = bytes[4..])
        {
            crc ^= System.Buffers.Binary.BinaryPrimitives.ReadUInt32LittleEndian(bytes);
            crc = d[crc & 0xFF] ^ c[(crc >> 8) & 0xFF] ^ b[(crc >> 16) & 0xFF] ^ a[crc >> 24];
        }
        foreach (var value in bytes) crc = a[(crc ^ value) & 0xFF] ^ (crc >> 8);
        return crc;
    }

    /// <summary>The sum of some bytes.</summary>
    public static uint Of(ReadOnlySpan<byte> bytes) => ~Update(uint.MaxValue, bytes);

    private static uint[][] Make()
    {
        var tables = new uint[4][];
        for (var table = 0; table < 4; table++)
        {
            tables[table] = new uint[256];
            for (var i = 0u; i < 256; i++)
            {
                var crc = table == 0 ? i : tables[table - 1][i];
                if (table > 0) tables[table][i] = tables[0][crc & 0xFF] ^ (crc >> 8);
                else
                {
                    for (var bit = 0; bit < 8; bit++) crc = (crc & 1) != 0 ? (crc >> 1) ^ 0xEDB88320 : crc >> 1;
                    tables[0][i] = crc;
                }
            }
        }
        return tables;
    }
}
