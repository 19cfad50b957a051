namespace HostAtlas.Agent.Redaction;

/// <summary>
/// What one line leaves to the next of the same source and unit: whether a private key's block is open. It is stored with the source's
/// cursor (two plain members, so any serializer will do), before any rate limit drops lines: a restart within a block must not send its
/// rest.
/// </summary>
/// <param name="InKeyBlock">A block began and has not ended.</param>
/// <param name="BlockLines">Lines of it so far, to give up on one that never ends.</param>
public readonly record struct RedactionState(bool InKeyBlock, int BlockLines)
{
    /// <summary>Nothing is open: the start of a source.</summary>
    public static RedactionState Clear => default;
}
