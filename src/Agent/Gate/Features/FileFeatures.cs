namespace HostAtlas.Agent.Gate.Features;

/// <summary>What one pass over a file found. The rules see this and nothing else of its content.</summary>
internal sealed record FileFeatures
{
    /// <summary>Bytes.</summary>
    public required long Bytes { get; init; }

    /// <summary>What it was recognised as, e.g. <c>gzip</c>, <c>text</c>, <c>elf</c>; <c>data</c> when as nothing.</summary>
    public required string Type { get; init; }

    /// <summary>Bits a byte, 0–8.</summary>
    public required double Entropy { get; init; }

    /// <summary>About what an order-0 coder makes of it, page by page: 0–1. A cheap stand-in for a real compressor's ratio.</summary>
    public required double Ratio { get; init; }

    /// <summary>z of the whole.</summary>
    public required double Z { get; init; }

    /// <summary>Bytes in pages that are random-like and that no container explains.</summary>
    public long RandomBytes { get; init; }

    /// <summary>Bytes in pages that are as dense as compressed data and that no container explains; random-like ones among them.</summary>
    public long DenseBytes { get; init; }

    /// <summary>Longest stretch of them.</summary>
    public long RandomRun { get; init; }

    /// <summary>How many of them lie at the very start, one after the other.</summary>
    public long RandomHead { get; init; }

    /// <summary>How many of them lie at the very end.</summary>
    public long RandomTail { get; init; }

    /// <summary>Random-like bytes strewn between others, in runs too short for a page.</summary>
    public long StrewnBytes { get; init; }

    /// <summary>Bytes of blocks in which every so many bytes are random-like.</summary>
    public long StridedBytes { get; init; }

    /// <summary>Bytes of stretches that repeat a key: not uniform, yet equal to themselves at multiples of one distance only.</summary>
    public long KeyedBytes { get; init; }

    /// <summary>Bytes of text that is uniform over its alphabet.</summary>
    public long EncodedBytes { get; init; }

    /// <summary>It is text that is uniform over its alphabet, framed or not, whatever it decodes to.</summary>
    public bool IsUniformText { get; init; }

    /// <summary>Bytes within containers that decode, to something random-like.</summary>
    public long HiddenBytes { get; init; }

    /// <summary>Bytes of containers that say themselves that they are encrypted.</summary>
    public long SealedBytes { get; init; }

    /// <summary>Where the container that the file begins as stopped to decode; negative when it did not.</summary>
    public long BrokenAt { get; init; } = -1;

    /// <summary>Entries of an archive that do not decode.</summary>
    public int BrokenMembers { get; init; }

    /// <summary>The first bytes, for the framing of declared files.</summary>
    public ReadOnlyMemory<byte> Head { get; init; }
}
