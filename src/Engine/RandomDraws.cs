using System.Security.Cryptography;

namespace HostAtlas.Engine;

/// <summary>
/// Random bytes for ids and nonces: what must not repeat, not what must stay secret. The system's generator costs 0.8 us a call, however
/// little is asked of it, as much as sealing a report does; so each thread draws 1 KiB at a time and hands it out piece by piece.
/// </summary>
public static class RandomDraws
{
    private const int DrawnBytes = 1024;

    [ThreadStatic]
    private static byte[]? _drawn;

    [ThreadStatic]
    private static int _left;

    /// <summary>Fills at most 1 KiB. No byte is handed out twice.</summary>
    public static void Fill(Span<byte> piece)
    {
        _drawn ??= new byte[DrawnBytes];
        if (_left < piece.Length)
        {
            RandomNumberGenerator.Fill(_drawn);
            _left = DrawnBytes;
        }
        _left -= piece.Length;
        _drawn.AsSpan(_left, piece.Length).CopyTo(piece);
    }
}
