using HostAtlas.Agent.Gate.Features;

namespace HostAtlas.Agent.Gate.Rules;

/// <summary>A rule about a file beside its own last version.</summary>
/// <param name="Name">As evidence gives it.</param>
/// <param name="Catches">What it sees, for people.</param>
/// <param name="Why">Why nothing ordinary does that.</param>
/// <param name="Hits">The rule: the last version's record, and the file now.</param>
internal sealed record ChangeRule(string Name, string Catches, string Why, Func<FileRecord, FileFeatures, bool> Hits);

/// <summary>
/// What a file was against what it is: the only look at files under 8 KiB, whose bytes alone prove nothing. A container that replaced a
/// text (a log that was packed) is recognised as one and does not hit.
/// </summary>
internal static class ChangeRules
{
    private const double EntropyUpBits = 1.5, IncompressibleRatio = 0.9, InPlaceBits = 0.7, TextMost = 6.6;

    // Below this many bytes entropy says more about the length than about the bytes.
    private const int BytesLeast = 256, LongerMostBytes = 1024;

    /// <summary>In the order of the evidence.</summary>
    public static IReadOnlyList<ChangeRule> All { get; } =
    [
        new("type-lost",
            "had a type of its own, has none now, and cannot be compressed, or is text that uses every sign of its alphabet equally",
            "programs keep their files' formats", (was, file) =>
                (IsKnown(was.Type) && file.Type == FileType.Data && IsIncompressible(file)) || IsNowInTextForm(was, file)),
        new("entropy-up", "1.5 bits a byte more than before, and compressibility gone; or 0.7, and its type gone at the length it had",
            "a document that grows stays as compressible as it was; another format has another length", (was, file) =>
                was.Bytes >= BytesLeast && IsUnknown(file) && file.Entropy - Expected(was, file) is var up
                && ((up >= EntropyUpBits && was.Ratio < IncompressibleRatio && IsIncompressible(file))
                    || (up >= InPlaceBits && IsKnown(was.Type) && IsAsLong(was, file)))),
    ];

    private static bool IsKnown(string type) => type is not ("" or FileType.Data);

    // A picture that is base64 now, of whatever. Certificates have both forms, and a text may be anything from one day to the next.
    private static bool IsNowInTextForm(FileRecord was, FileFeatures file) =>
        file.IsUniformText && IsKnown(was.Type) && was.Type is not (FileType.Text or FileType.Der);

    // No text in any encoding uses so many signs so evenly; without control characters it is taken for one all the same.
    private static bool IsUnknown(FileFeatures file) =>
        file.Type == FileType.Data || (file.Type == FileType.Text && file.Entropy > TextMost);

    private static bool IsIncompressible(FileFeatures file) =>
        file.Bytes >= BytesLeast && Math.Abs(file.Z) < 6 && file.Entropy > MostEntropy(file.Bytes) - 0.35;

    // Ciphers in place keep the length, or round it up and put something of theirs behind it.
    private static bool IsAsLong(FileRecord was, FileFeatures file) =>
        file.Bytes >= was.Bytes && file.Bytes - was.Bytes <= Math.Max(LongerMostBytes, was.Bytes / 100);

    // n random bytes have fewer than 8 bits each for want of values: about 8 − 255 / (2 n ln 2) where n is large, log2 n where it is not.
    private static double MostEntropy(long bytes) => Math.Min(Math.Log2(bytes), 8 - (255 / (2 * bytes * Math.Log(2))));

    private static double Expected(FileRecord was, FileFeatures file) => Math.Min(was.Entropy, MostEntropy(file.Bytes));
}
