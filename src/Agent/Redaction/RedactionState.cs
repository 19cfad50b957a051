namespace HostAtlas.Agent.Redaction;

/// <summary>
/// What one line leaves to the next of the same source and unit: whether a private key's block is open. It is stored with the source's
/// cursor (plain members, so any serializer will do), before any rate limit drops lines: a restart within a block must not send its rest.
/// </summary>
/// <param name="InKeyBlock">A block began and has not ended.</param>
/// <param name="BlockLines">Lines since, those of others among them, to give up on a block that never ends.</param>
/// <param name="Follows">The line before was of the key, and not its short last one: whatever comes may go on with it.</param>
/// <param name="Shape">What stands before and behind the key's part of each line, as a number that tells nothing of it; 0: not
/// known.</param>
public readonly record struct RedactionState(bool InKeyBlock, int BlockLines, bool Follows = false, ulong Shape = 0)
{
    /// <summary>Nothing is open: the start of a source.</summary>
    public static RedactionState Clear => default;
}
