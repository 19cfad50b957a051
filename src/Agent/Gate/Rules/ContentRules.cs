using HostAtlas.Agent.Gate.Features;

namespace HostAtlas.Agent.Gate.Rules;

/// <summary>A rule about one file's content.</summary>
/// <param name="Name">As evidence gives it.</param>
/// <param name="Catches">What it sees, for people.</param>
/// <param name="Why">Why nothing ordinary does that.</param>
/// <param name="Learning">It counts already while a server is learned.</param>
/// <param name="Hits">The rule.</param>
internal sealed record ContentRule(string Name, string Catches, string Why, bool Learning, Func<FileFeatures, bool> Hits);

/// <summary>All rules about content in one table. docs/gate.md repeats it.</summary>
internal static class ContentRules
{
    /// <summary>Below this many bytes a histogram proves nothing: only containers are looked at.</summary>
    public const long CountedLeast = 8192;

    // Tables of constants in programs (ciphers, checksums) are random-like too, up to some 30 KiB of them.
    private const long PartLeast = 32 << 10;

    private const long RunMost = 512 << 10, Page = WindowAnalysis.PageBytes;
    private const double ShareMost = 0.20;

    /// <summary>In the order of the evidence.</summary>
    public static IReadOnlyList<ContentRule> All { get; } =
    [
        new("random", "nine tenths and more are random-like, and no container that decodes explains them",
            "ciphertext is uniform; what is compressed has a container", true,
            file => IsCounted(file) && file.RandomBytes >= 0.9 * file.Bytes),
        new("random-part", "a fifth of it, or half a MiB in one stretch, is random-like without a container",
            "partial encryption leaves whole stretches", true,
            file => IsCounted(file) && file.RandomBytes < 0.9 * file.Bytes
                && ((file.RandomBytes >= ShareMost * file.Bytes && file.RandomBytes >= PartLeast)
                    || file.RandomBytes >= 2 * ShareMost * file.Bytes || file.RandomRun >= RunMost)),
        new("random-head", "the first 4 KiB or more are random-like, what follows is not",
            "a file begins with what it is; quick attacks write over just that", false,
            file => IsCounted(file) && file.RandomHead >= Page && file.RandomBytes < 0.9 * file.Bytes),
        new("random-tail", "the last 8 KiB or more, and a twentieth, are random-like, what comes before is not",
            "attacks that start from the end", false,
            file => IsCounted(file) && file.RandomBytes < 0.9 * file.Bytes
                && ((file.RandomTail >= 2 * Page && file.RandomTail * 20 >= file.Bytes)
                    || (file.RandomTail > Page && file.RandomTail * 5 >= file.Bytes))),
        new("strewn", "a fifth of it is random-like in pieces of 256 bytes and more",
            "intermittent encryption", false,
            file => IsCounted(file) && file.Type != FileType.Der && file.StrewnBytes >= ShareMost * file.Bytes),
        new("strided", "every so many bytes are random-like, the others all of another kind",
            "intermittent encryption by a short stride", false, file => IsCounted(file) && file.StridedBytes >= ShareMost * file.Bytes),
        new("unexplained", "seven tenths and more are as dense as compressed data, and no container that decodes explains them",
            "what is compressed has a container; ciphertext strewn over compressed data has none any more", false,
            file => IsCounted(file) && file.Type == FileType.Data && file.DenseBytes >= 0.7 * file.Bytes),
        new("keyed", "a key that repeats over it shows through", "XOR with a long key is not quite uniform", false,
            file => IsCounted(file) && file.KeyedBytes >= ShareMost * file.Bytes),
        new("encoded", "text that uses every sign of its alphabet equally, and is no container in text form",
            "base64, hex or ascii85 of ciphertext", false, file => IsCounted(file) && file.EncodedBytes > 0),
        new("broken", "begins as a container, and stops to decode at something random-like",
            "a forged or a spared magic number", true,
            file => file.BrokenAt >= 0 || file.BrokenMembers > 0),
        new("hidden", "a container that decodes, to something random-like", "ciphertext that was packed", true,
            file => file.HiddenBytes > 0 && (file.HiddenBytes >= ShareMost * file.Bytes || file.HiddenBytes >= RunMost)),
        new("sealed", "an archive with a password", "attackers use archivers too", false,
            file => file.SealedBytes > 0 && file.SealedBytes >= ShareMost * file.Bytes),
    ];

    /// <summary>Whether any rule hits.</summary>
    public static bool Any(FileFeatures file)
    {
        foreach (var rule in All)
        {
            if (rule.Hits(file)) return true;
        }
        return false;
    }

    private static bool IsCounted(FileFeatures file) => file.Bytes >= CountedLeast;
}
