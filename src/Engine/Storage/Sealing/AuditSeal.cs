using System.Security.Cryptography;
using HostAtlas.Engine.Audit;
using HostAtlas.Engine.Projections;
using HostAtlas.Shared.Ids;

namespace HostAtlas.Engine.Storage.Sealing;

/// <summary>
/// A team's audit log at rest. Each entry lies sealed together with its hash, and the head's hash lies sealed too: a plain hash would let a
/// thief of the database guess what an entry says and see that the guess is right. Number and time stand beside it in clear and are part of
/// the place, so an entry that is moved or dated anew does not open.
/// </summary>
public sealed class AuditSeal(ITeamSeals seals, RootKeys roots)
{
    /// <summary>Seals an entry; throws what <see cref="ITeamSeals.Get"/> throws.</summary>
    public byte[] Seal(ChainedEntry entry) =>
        seals.Get(entry.Team).Seal(EntryPlace(entry.Number, entry.AtMs), [.. entry.Hash, .. entry.Canonical]);

    /// <summary>Opens an entry; null when it was not sealed there. <see cref="TeamKeyDestroyedException"/>.</summary>
    public ChainedEntry? Open(TeamId team, long number, long atMs, ReadOnlySpan<byte> sealedEntry)
    {
        var plain = TryOpen(team, EntryPlace(number, atMs), sealedEntry);
        return plain is { Length: > AuditChain.HashBytes }
            ? new ChainedEntry(team, number, atMs, plain[..AuditChain.HashBytes], plain[AuditChain.HashBytes..])
            : null;
    }

    /// <summary>A head as the database keeps it, vouched for by the newest root key.</summary>
    public (byte[] SealedHash, long RootId, byte[] Mac) Seal(TeamId team, AuditHead head)
    {
        var (id, root) = roots.Newest;
        return (seals.Get(team).Seal(HeadPlace(head.Number), head.Hash), id, AuditChain.Authenticate(root, team, head));
    }

    /// <summary>
    /// Opens a head; null when it was not sealed there, or when no root key of the ring vouches for it. <see
    /// cref="TeamKeyDestroyedException"/>.
    /// </summary>
    public VouchedHead? Open(TeamId team, StoredHead stored)
    {
        if (TryOpen(team, HeadPlace(stored.Number), stored.SealedHash) is not { Length: AuditChain.HashBytes } hash) return null;
        var head = new AuditHead(stored.Number, hash, stored.AtMs);
        return roots.Find(stored.RootId) is { } root && AuditChain.IsAuthentic(root, team, head, stored.Mac)
            ? new VouchedHead(head, stored.RootId, stored.Mac)
            : null;
    }

    /// <summary>
    /// Where a log goes on: behind its head, if that is whole and belongs to the last entry there is. Otherwise behind the highest number
    /// that anything has, broken.
    /// </summary>
    /// <param name="team">Whose log.</param>
    /// <param name="stored">Its head, null when there is none.</param>
    /// <param name="lastNumber">The highest number of an entry, 0 when there is none.</param>
    public AuditTail TailOf(TeamId team, StoredHead? stored, long lastNumber)
    {
        try
        {
            // A team without keys gets its first with its first entry.
            seals.Find(team);
        }
        catch (Exception gone) when (gone is TeamKeyDestroyedException or CryptographicException)
        {
            // Destroyed; or damaged, so that nothing of the team can be read or kept, its journal neither. Other teams' logs go on.
            return AuditTail.Closed;
        }
        return stored is null && lastNumber == 0 ? AuditTail.None(team)
            : stored is not null && stored.Number == lastNumber && Open(team, stored) is { } vouched ? new AuditTail(vouched.Head)
            : new AuditTail(new AuditHead(Math.Max(stored?.Number ?? 0, lastNumber), AuditChain.Start(team), 0), IsBroken: true);
    }

    private static SealPlace EntryPlace(long number, long atMs) => new(SealedTable.AuditEntries, null, atMs, number);

    private static SealPlace HeadPlace(long number) => new(SealedTable.AuditHeads, null, AtMs: 0, number);

    private byte[]? TryOpen(TeamId team, SealPlace place, ReadOnlySpan<byte> sealedBytes)
    {
        try
        {
            return seals.Find(team)?.Open(place, sealedBytes);
        }
        catch (Exception broken) when (broken is SealBrokenException or CryptographicException)
        {
            return null;
        }
    }
}

/// <summary>A row of <c>audit_heads</c>.</summary>
public sealed record StoredHead(long Number, long AtMs, byte[] SealedHash, long RootId, byte[] Mac);
