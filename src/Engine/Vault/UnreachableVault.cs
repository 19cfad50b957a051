using HostAtlas.Shared.Backups;
using HostAtlas.Shared.Ids;

namespace HostAtlas.Engine.Vault;

/// <summary>
/// The vault of a gateway that does not run on the engine's data folder: there is none. Entities and their tickets are the engine's, so
/// only the door of objects meets it, and answers that objects must be sent to the engine's own address.
/// </summary>
public sealed class UnreachableVault : IVault
{
    /// <inheritdoc />
    public VaultTicket PutTicket(VaultKey key, ObjectForm form, DateTimeOffset expiresAt) => throw new VaultUnreachableException();

    /// <inheritdoc />
    public VaultTicket GetTicket(VaultKey key, DateTimeOffset expiresAt) => throw new VaultUnreachableException();

    /// <inheritdoc />
    public Task<IReadOnlyDictionary<ObjectName, long>> SizesAsync(
        TeamId team, ServerId server, IReadOnlyCollection<ObjectName> names, CancellationToken cancellation) =>
        throw new VaultUnreachableException();

    /// <inheritdoc />
    public Task SettleAsync(TeamId team, ServerId server, CancellationToken cancellation) => throw new VaultUnreachableException();

    /// <inheritdoc />
    public Task<PutOutcome> PutAsync(
        VaultKey key, ObjectForm form, Stream body, Func<CancellationToken, Task<bool>> mayKeep, CancellationToken cancellation) =>
        throw new VaultUnreachableException();

    /// <inheritdoc />
    public Task<Stream?> OpenAsync(VaultKey key, CancellationToken cancellation) => throw new VaultUnreachableException();

    /// <inheritdoc />
    public Task<DeletionOutcome> DeleteAsync(VaultKey key, CancellationToken cancellation) => throw new VaultUnreachableException();

    /// <inheritdoc />
    public Task ForgetAsync(TeamId team, ServerId server, CancellationToken cancellation) => throw new VaultUnreachableException();
}

/// <summary>This process does not reach the vault.</summary>
public sealed class VaultUnreachableException() : Exception("This gateway does not run on the engine's data folder, where the vault is.");
