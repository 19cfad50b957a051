using System.Security.Cryptography;
using HostAtlas.Agent.Backup.Chain;
using HostAtlas.Agent.Backup.Format;
using HostAtlas.Agent.Backup.Transfer;
using HostAtlas.Shared.Backups;
using HostAtlas.Shared.Ids;
using HostAtlas.Shared.Wire;

namespace HostAtlas.Agent.Backup.Run;

/// <summary>The newest snapshot of the chain, opened and found to be what the platform says it is.</summary>
/// <param name="Document">What it says.</param>
/// <param name="Sha256">SHA-256 of its object, hex.</param>
internal sealed record ChainHead(SnapshotDocument Document, string Sha256)
{
    /// <summary>Its place in the chain of the next one.</summary>
    public SnapshotLink Link => new(Document.Generation, Document.Id, Sha256);
}

/// <summary>Finds the newest snapshot, and holds it against what this host remembers.</summary>
internal static class ChainView
{
    /// <summary>The newest snapshot; null when there is none.</summary>
    /// <param name="items">What the platform lists, the newest first.</param>
    /// <param name="remembered">STATE/head.</param>
    /// <param name="copies">Where objects come from.</param>
    /// <param name="opener">Opens them.</param>
    /// <param name="acceptRollback">The operator knows that the newest is older than what this host made.</param>
    /// <param name="cancellation">Stops.</param>
    /// <exception cref="ChainFaultException">The platform shows a past, or something that is none of this host's.</exception>
    public static async Task<ChainHead?> ReadAsync(IReadOnlyList<SnapshotItem> items, SnapshotHead? remembered, SealedCopies copies,
        ObjectOpener opener, bool acceptRollback, CancellationToken cancellation)
    {
        if (items.Count == 0)
        {
            if (remembered is null || acceptRollback) return null;
            throw new ChainFaultException($"the platform shows no snapshot, but this host made generation {remembered.Generation} "
                + $"({Fingerprint(remembered)}); if the chain was given up on purpose, run again with --accept-rollback");
        }
        var head = await OpenAsync(items[0], copies, opener, cancellation).ConfigureAwait(false);
        if (remembered is null || acceptRollback || Follows(head, remembered)) return head;
        throw new ChainFaultException($"the platform shows generation {head.Document.Generation} ({head.Sha256[..16]}) as the newest, "
            + $"which does not follow generation {remembered.Generation} ({Fingerprint(remembered)}) that this host made: the chain was "
            + "rolled back, or "
            + "another host writes it. If that is on purpose, run again with --accept-rollback");
    }

    /// <summary>Whether the newest snapshot is the remembered one, or names it among those that came before. Pure.</summary>
    public static bool Follows(ChainHead head, SnapshotHead remembered)
    {
        if (head.Document.Id == remembered.Uuid) return head.Sha256 == remembered.Sha256;
        return head.Document.Predecessors.Any(link => link.Uuid == remembered.Uuid && link.Sha256 == remembered.Sha256);
    }

    private static string Fingerprint(SnapshotHead head) => head.Sha256[..16];

    private static async Task<ChainHead> OpenAsync(SnapshotItem item, SealedCopies copies, ObjectOpener opener,
        CancellationToken cancellation)
    {
        var name = ObjectName.Of(item.Snapshot);
        if (item.SnapshotObject != name)
            throw new ChainFaultException("the platform names an object as the newest snapshot that does not carry the snapshot's id");
        for (var fetched = false; ; fetched = true)
        {
            var bytes = await copies.ReadAllAsync(name, cancellation).ConfigureAwait(false);
            var hash = Convert.ToHexStringLower(SHA256.HashData(bytes));
            try
            {
                if (hash.StartsWith(item.Fingerprint, StringComparison.Ordinal)) return new ChainHead(SnapshotObject.Open(opener,
                    item.Snapshot, bytes), hash);
                if (fetched) throw new ChainFaultException("the newest snapshot's object is not the one whose fingerprint the platform "
                    + "shows");
            }
            catch (ObjectBrokenException) when (!fetched)
            {
                // The copy on this host may be what is damaged.
            }
            copies.Drop(name);
        }
    }
}

/// <summary>The chain is not what this host knows it to be.</summary>
internal sealed class ChainFaultException(string message) : Exception(message);
