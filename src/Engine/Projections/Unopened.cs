namespace HostAtlas.Engine.Projections;

/// <summary>What stands in a <see cref="JournalEntry"/> for an event whose team's keys were destroyed: the team is forgotten.</summary>
internal sealed class KeysDestroyed
{
    /// <summary>The one instance.</summary>
    public static readonly KeysDestroyed Instance = new();

    private KeysDestroyed() { }
}

/// <summary>
/// What stands in a <see cref="JournalEntry"/> for an event that does not open: altered, or moved there. It is logged and passed over, so
/// that one damaged entity does not stop the tables of all teams; once the journal is restored, a rebuild tells the entity anew.
/// </summary>
/// <param name="JournalledAt">When it was journalled, as the table says, which nobody vouches for.</param>
internal sealed record DoesNotOpen(DateTimeOffset JournalledAt);
