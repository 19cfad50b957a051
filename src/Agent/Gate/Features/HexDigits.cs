namespace HostAtlas.Agent.Gate.Features;

/// <summary>Hexadecimal digits in bytes of text, upper or lower case.</summary>
internal static class HexDigits
{
    /// <summary>Whether it is one.</summary>
    public static bool Is(byte sign) => char.IsAsciiHexDigit((char)sign);

    /// <summary>The byte that two of them write.</summary>
    public static byte Byte(byte high, byte low) => (byte)((Value(high) << 4) | Value(low));

    private static int Value(byte digit) => digit <= '9' ? digit - '0' : (digit | 32) - 'a' + 10;
}
