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
    private const double EntropyUpBits = 1.5, IncompressibleRatio = 0.9;

    // Below this many bytes entropy says more about the length than about the bytes.
    private const int BytesLeast = 256;

    /// <summary>In the order of the evidence.</summary>
    public static IReadOnlyList<ChangeRule> All { get; } =
    [
        new("type-lost", "had a type of its own, has none now, and cannot be compressed",
            "programs keep their files' formats", (was, file) =>
                IsKnown(was.Type) && file.Type == FileType.Data && IsIncompressible(file)),
        new("entropy-up", "1.5 bits a byte more than before, and compressibility gone",
            "a document that grows stays as compressible as it was", (was, file) =>
                was.Bytes >= BytesLeast && file.Type == FileType.Data && file.Entropy - Expected(was, file) >= EntropyUpBits
                && was.Ratio < IncompressibleRatio && IsIncompressible(file)),
    ];

    private static bool IsKnown(string type) => type is not ("" or FileType.Data);

    private static bool IsIncompressible(FileFeatures file) =>
        file.Bytes >= BytesLeast && Math.Abs(file.Z) < 6 && file.Entropy > MostEntropy(file.Bytes) - 0.35;

    // n random bytes have fewer than 8 bits each for want of values: about 8 − 255 / (2 n ln 2) where n is large, log2 n where it is not.
    private static double MostEntropy(long bytes) => Math.Min(Math.Log2(bytes), 8 - (255 / (2 * bytes * Math.Log(2))));

    private static double Expected(FileRecord was, FileFeatures file) => Math.Min(was.Entropy, MostEntropy(file.Bytes));
}
