using HostAtlas.Agent.Backup.Format;
using HostAtlas.Agent.Gate.Rules;

namespace HostAtlas.Agent.Gate.Evidence;

/// <summary>What the gate made of a file that was read.</summary>
/// <param name="Path">Its absolute path, raw bytes.</param>
/// <param name="Verdict">The rules that hit it, and its record.</param>
/// <param name="Kept">
/// The last snapshot's entry that stays in its place should it be held back: its own, or that of the name it had before. Null: this is its
/// first version.
/// </param>
/// <param name="WasFirstSeen">The last snapshot has it as random-like from the first.</param>
/// <param name="HasTurned">A dump under watch that decoded then.</param>
internal sealed record JudgedFile(byte[] Path, FileVerdict Verdict, TreeEntry? Kept, bool WasFirstSeen, bool HasTurned);

/// <summary>What becomes of a judged file.</summary>
internal enum Settlement
{
    /// <summary>It enters the snapshot.</summary>
    Clean,

    /// <summary>It enters the snapshot, marked as random-like from the first: nobody knows what it was before.</summary>
    FirstSeen,

    /// <summary>Its last clean version stays.</summary>
    HeldBack,
}

/// <summary>A file that a rule hit: all that the host itself may know of it.</summary>
internal sealed record LedgerHit(JudgedFile File, string PathId, string Content, Settlement Settlement, bool IsFresh);
