using System.Security.Cryptography;
using HostAtlas.Engine.Backups;
using HostAtlas.Engine.Presence;
using HostAtlas.Shared.Ids;

namespace HostAtlas.Engine.Storage.Sealing;

/// <summary>Evidence of a gate at rest: names of files may stand in it, so the database sees a number, a run and a time.</summary>
internal static class SealedEvidence
{
    /// <summary>Seals evidence; throws what <see cref="ITeamSeals.Get"/> throws.</summary>
    public static byte[] Seal(ITeamSeals seals, ServerKey server, KeptEvidence evidence) =>
        seals.Get(server.Team).Seal(Place(server, evidence.At.ToUnixTimeMilliseconds(), evidence.Number), evidence.Gate);

    /// <summary>Opens evidence; null when it was not sealed there, or when the team's keys were destroyed.</summary>
    public static EvidenceRow? TryOpen(
        ITeamSeals seals, ServerKey server, long number, SnapshotId run, long atMs, ReadOnlySpan<byte> sealedBytes)
    {
        try
        {
            return seals.Find(server.Team)?.Open(Place(server, atMs, number), sealedBytes) is { } gate
                ? new EvidenceRow(run, DateTimeOffset.FromUnixTimeMilliseconds(atMs), gate)
                : null;
        }
        catch (Exception broken) when (broken is SealBrokenException or CryptographicException or TeamKeyDestroyedException)
        {
            return null;
        }
    }

    private static SealPlace Place(ServerKey server, long atMs, long number) => new(SealedTable.GateEvidence, server.Server, atMs, number);
}
