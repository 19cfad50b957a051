namespace HostAtlas.Agent.Spool;

/// <summary>
/// Whoever keeps something that the records of a spool carry, e.g. how far a file was read: it learns at the start what was written before
/// a kill, and before a record goes it has its turn to keep what the record said.
/// </summary>
internal interface ISpoolFollower
{
    /// <summary>A record that lies in the spool when it is opened, acknowledged or not; in their order.</summary>
    void Found(SpoolRecord record);

    /// <summary>Every record was found.</summary>
    /// <param name="newest">The highest sequence that was ever given.</param>
    void AllFound(long newest);

    /// <summary>Records are about to be deleted from the disk. An exception keeps them there.</summary>
    void BeforeDelete();
}
