using HostAtlas.Shared.Backups;
using HostAtlas.Shared.Ids;

namespace HostAtlas.Engine.Vault;

/// <summary>
/// Where ciphertext lies: objects that are written once and never changed. What is in it is whole and as it was announced; what came short,
/// altered or too late never appears under its name. Faults of the store behind it are <see cref="IOException"/>.
/// </summary>
public interface IVault
{
    /// <summary>Leave to put one object, of this size and hash and no other, until a time.</summary>
    VaultTicket PutTicket(VaultKey key, ObjectForm form, DateTimeOffset expiresAt);

    /// <summary>Leave to get one object until a time.</summary>
    VaultTicket GetTicket(VaultKey key, DateTimeOffset expiresAt);

    /// <summary>The sizes of those of a server's objects that are there, in bytes.</summary>
    Task<IReadOnlyDictionary<ObjectName, long>> SizesAsync(
        TeamId team, ServerId server, IReadOnlyCollection<ObjectName> names, CancellationToken cancellation);

    /// <summary>
    /// Makes sure that what <see cref="SizesAsync"/> has just found is there after a power cut as well: asked before a snapshot is
    /// committed.
    /// </summary>
    Task SettleAsync(TeamId team, ServerId server, CancellationToken cancellation);

    /// <summary>
    /// Takes an object's bytes. <paramref name="mayKeep"/> is asked when all of them have arrived and are right, directly before the object
    /// appears under its name: what was allowed when the ticket was given may have been frozen since. Whatever ends the call otherwise, a
    /// fault of <paramref name="body"/> included, leaves nothing.
    /// </summary>
    Task<PutOutcome> PutAsync(
        VaultKey key, ObjectForm form, Stream body, Func<CancellationToken, Task<bool>> mayKeep, CancellationToken cancellation);

    /// <summary>Opens an object for reading, from any place in it; null when it is not there.</summary>
    Task<Stream?> OpenAsync(VaultKey key, CancellationToken cancellation);

    /// <summary>
    /// Deletes an object, older versions of it included, so that it stays away after a power cut as well. One that is not there is deleted:
    /// doing it twice changes nothing. For retention alone, and only for what its table marks as going
    /// (<see cref="Backups.Retention.ObjectExpiry"/>): no request of an agent leads here.
    /// </summary>
    Task<DeletionOutcome> DeleteAsync(VaultKey key, CancellationToken cancellation);

    /// <summary>
    /// Leaves nothing of a server whose objects are deleted: empty folders, where the vault has such. What is not empty stays.
    /// </summary>
    Task ForgetAsync(TeamId team, ServerId server, CancellationToken cancellation);
}

/// <summary>What became of a deletion.</summary>
/// <param name="IsGone">Nothing of the object is left. False: the store refuses, and the object is there as before.</param>
/// <param name="HeldUntil">Until when a lock keeps it; null where the store does not say.</param>
public readonly record struct DeletionOutcome(bool IsGone, DateTimeOffset? HeldUntil)
{
    /// <summary>It is gone.</summary>
    public static DeletionOutcome Gone => new(true, null);

    /// <summary>The store keeps it.</summary>
    public static DeletionOutcome Held(DateTimeOffset? until) => new(false, until);
}

/// <summary>What became of a put.</summary>
public enum PutOutcome
{
    /// <summary>The object is there and survives a power cut.</summary>
    Stored,

    /// <summary>There is an object of this name. It was left as it is.</summary>
    Exists,

    /// <summary>More or fewer bytes than announced.</summary>
    WrongSize,

    /// <summary>Other bytes than announced.</summary>
    WrongHash,

    /// <summary>It may not be kept (any more).</summary>
    NotKept,

    /// <summary>The same object is being sent anew; that one counts.</summary>
    Overtaken,

    /// <summary>There is no room.</summary>
    Full,
}

/// <summary>Leave to do one thing with one object.</summary>
/// <param name="Url">Absolute, or beginning with a slash: then it is the gateway's own.</param>
/// <param name="Headers">To be sent as they stand.</param>
public sealed record VaultTicket(
    ObjectName Name, string Method, string Url, IReadOnlyDictionary<string, string> Headers, DateTimeOffset ExpiresAt);
