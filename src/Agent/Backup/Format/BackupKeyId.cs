using System.Globalization;

namespace HostAtlas.Agent.Backup.Format;

/// <summary>Eight bytes derived from a master key: they tell keys apart and say nothing about them. Text: 16 lower-case hex
/// digits.</summary>
public readonly record struct BackupKeyId(ulong Value)
{
    /// <summary>Bytes of a key id.</summary>
    public const int SizeBytes = sizeof(ulong);

    /// <summary>Reads the text form; false for every other spelling.</summary>
    public static bool TryParse(string? text, out BackupKeyId id)
    {
        id = default;
        if (!LowerHex.Is(text, 2 * SizeBytes)) return false;
        id = new BackupKeyId(ulong.Parse(text!, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture));
        return true;
    }

    /// <summary>16 lower-case hex digits.</summary>
    public override string ToString() => Value.ToString("x16", CultureInfo.InvariantCulture);
}
