namespace HostAtlas.Agent.Gate.Rules;

/// <summary>What becomes of a file.</summary>
public enum GateVerdict
{
    /// <summary>It enters the snapshot.</summary>
    Clean,

    /// <summary>It does not; the snapshot keeps the last clean version.</summary>
    HeldBack,
}

/// <summary>What a run, or a look at some files, comes to.</summary>
public enum GateState
{
    /// <summary>Nothing found.</summary>
    Open,

    /// <summary>Something that people should look at.</summary>
    Suspect,

    /// <summary>Nothing may be committed.</summary>
    Frozen,
}

/// <summary>What the gate says of one file.</summary>
/// <param name="Verdict">What becomes of it.</param>
/// <param name="Rules">The names of the rules that hit: the evidence.</param>
/// <param name="Record">What the snapshot keeps for the next run to compare with.</param>
public sealed record FileVerdict(GateVerdict Verdict, IReadOnlyList<string> Rules, FileRecord Record);

/// <summary>What a snapshot keeps of a file: enough to see that it is no longer what it was. (In the tree: <c>gate</c>.)</summary>
/// <param name="Type">What it was recognised as.</param>
/// <param name="Entropy">Bits a byte, 0–8.</param>
/// <param name="Ratio">About its compressed size divided by its size.</param>
/// <param name="Bytes">Its size.</param>
public readonly record struct FileRecord(string Type, double Entropy, double Ratio, long Bytes);
