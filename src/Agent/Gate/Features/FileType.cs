namespace HostAtlas.Agent.Gate.Features;

/// <summary>What a file is, by its first bytes, where no container was found. Only ever compared with itself a run later.</summary>
internal static class FileType
{
    /// <summary>Nothing known.</summary>
    public const string Data = "data";

    /// <summary>One ASN.1 sequence: certificates and signatures, which are full of random numbers.</summary>
    public const string Der = "der";

    /// <summary>Text.</summary>
    public const string Text = "text";

    private static readonly (string Name, int At, byte[] Magic)[] Known =
    [
        ("elf", 0, [0x7F, .. "ELF"u8]), ("sqlite", 0, [.. "SQLite format 3\0"u8]), ("pdf", 0, [.. "%PDF-"u8]),
        ("pgdump", 0, [.. "PGDMP"u8]), ("tar", 257, [.. "ustar"u8]), ("pe", 0, [.. "MZ"u8]), ("class", 0, [0xCA, 0xFE, 0xBA, 0xBE]),
        ("wav", 0, [.. "RIFF"u8]), ("ar", 0, [.. "!<arch>\n"u8]), ("rpm", 0, [0xED, 0xAB, 0xEE, 0xDB]), ("squashfs", 0, [.. "hsqs"u8]),
        ("ext", 0x438, [0x53, 0xEF]), ("iso", 0x8001, [.. "CD001"u8]), ("qcow2", 0, [.. "QFI\xFB"u8]),
        ("ole", 0, [0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1]),
        ("git-pack", 0, [.. "PACK"u8]), ("numpy", 0, [0x93, .. "NUMPY"u8]),
        ("tiff", 0, [0x49, 0x49, 0x2A, 0]), ("tiff", 0, [0x4D, 0x4D, 0, 0x2A]),
        ("python", 1, [13, 13, 10]), ("bitcode", 0, [.. "BC"u8, 0xC0, 0xDE]), ("wasm", 0, [0, .. "asm"u8]),
        ("gettext", 0, [0xDE, 0x12, 0x04, 0x95]), ("font", 0, [0, 1, 0, 0, 0]), ("font", 0, [.. "OTTO"u8]), ("font", 0, [.. "ttcf"u8]),
        ("cursor", 0, [.. "Xcur"u8]), ("pascal-unit", 0, [.. "PPU"u8]), ("git-directory", 0, [.. "DIRC"u8]),
        ("sqlite-wal", 0, [0x37, 0x7F, 0x06, 0x82]), ("sqlite-wal", 0, [0x37, 0x7F, 0x06, 0x83]), ("redis", 0, [.. "REDIS0"u8]),
        ("lmdb", 16, [0xDE, 0xC0, 0xEF, 0xBE]), ("journal", 0, [.. "LPKSHHRH"u8]), ("parquet", 0, [.. "PAR1"u8]),
        ("avro", 0, [.. "Obj\u0001"u8]), ("hdf5", 0, [0x89, .. "HDF"u8]), ("vmdk", 0, [.. "KDMV"u8]), ("vhdx", 0, [.. "vhdxfile"u8]),
        ("photoshop", 0, [.. "8BPS"u8]), ("drawing", 0, [.. "AC10"u8]), ("blender", 0, [.. "BLENDER"u8]),
        ("jet", 4, [.. "Standard "u8]), ("icon", 0, [0, 0, 1, 0]),
    ];

    private static bool IsDer(ReadOnlySpan<byte> head, long length) =>
        head.Length > 4 && head[0] == 0x30
        && ((head[1] == 0x82 && 4 + ((head[2] << 8) | head[3]) == length)
            || (head[1] == 0x83 && 5 + ((head[2] << 16) | (head[3] << 8) | head[4]) == length));

    /// <summary>The type's name.</summary>
    public static string Of(ReadOnlySpan<byte> head, long length, double textShare)
    {
        foreach (var (name, at, magic) in Known)
        {
            if (head.Length >= at + magic.Length && head[at..].StartsWith(magic)) return name;
        }
        if (IsDer(head, length)) return Der;
        return textShare > 0.97 ? Text : Data;
    }
}
