namespace HostAtlas.Agent.Backup.Keys;

/// <summary>What is known about whether the owner has a copy of a master key. Nobody else has one.</summary>
public enum RecoveryConfirmation
{
    /// <summary>Nothing: the key was made and never shown, or shown and not confirmed.</summary>
    Unconfirmed,

    /// <summary>The owner typed the end of it, or brought the key.</summary>
    Confirmed,

    /// <summary>It was written to a file that the owner named.</summary>
    Written,

    /// <summary>The owner wants none (<c>--no-recovery</c>): with this host the backups are lost.</summary>
    Declined,
}

/// <summary>A master key of this host and what is known of the owner's copy.</summary>
public sealed record StoredMaster(MasterKey Key, RecoveryConfirmation Recovery);
