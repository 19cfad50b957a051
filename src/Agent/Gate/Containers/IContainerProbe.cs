namespace HostAtlas.Agent.Gate.Containers;

/// <summary>What a probe found.</summary>
internal enum ProbeOutcome
{
    /// <summary>It is not this format.</summary>
    NotThis,

    /// <summary>It decodes, or its structure holds, to its own end.</summary>
    Decodes,

    /// <summary>It decodes as far as one could look: to the end of what was there, or to the limit of what is decoded.</summary>
    DecodesSoFar,

    /// <summary>It begins as this format and then does not go on as it.</summary>
    Broken,

    /// <summary>Its own header says that its content is encrypted.</summary>
    Encrypted,
}

/// <summary>A probe's answer.</summary>
/// <param name="Outcome">What was found.</param>
/// <param name="Bytes">How far the format reaches, or how far it was good; may lie behind what was handed over when the format says so
/// itself.</param>
/// <param name="Rest">What must be known to go on with it in the bytes that follow; null: it is not gone on with.</param>
/// <param name="OwedAt">Where the part must come without which it explains nothing; 0: nothing is owed.</param>
internal readonly record struct ProbeResult(ProbeOutcome Outcome, long Bytes = 0, GitPackRest? Rest = null, long OwedAt = 0)
{
    /// <summary>It is not this format.</summary>
    public static ProbeResult NotThis => default;

    /// <summary>Whether it explains the bytes.</summary>
    public bool IsGood => Outcome is ProbeOutcome.Decodes or ProbeOutcome.DecodesSoFar;
}

/// <summary>
/// A format that really is tried: by decoding where the content is compressed, by walking its structure where it is a codec of sound or
/// pictures. A magic number alone explains nothing, for anybody can write four bytes. A probe never fails, however hostile the bytes.
/// </summary>
internal interface IContainerProbe
{
    /// <summary>As evidence names it.</summary>
    string Name { get; }

    /// <summary>
    /// All that it may begin with, as <see cref="Containers.Beginnings"/> takes it: whatever <see cref="Matches"/> begins with one of them.
    /// </summary>
    IEnumerable<byte[]> Beginnings { get; }

    /// <summary>Its stream says where it ends: at the end of a file it must have ended.</summary>
    bool EndsItself => false;

    /// <summary>Whether the bytes begin like it; cheap, and wrong now and then.</summary>
    bool Matches(ReadOnlySpan<byte> bytes);

    /// <summary>Tries it.</summary>
    /// <param name="bytes">From its first byte on.</param>
    /// <param name="output">Takes what is decoded; empty when nothing is.</param>
    ProbeResult Probe(ReadOnlySpan<byte> bytes, DecodeBuffer output);
}
