using System.Security.Cryptography;
using System.Text;
using HostAtlas.Engine.Projections;
using HostAtlas.Shared.Ids;

namespace HostAtlas.Engine.Storage.Sealing;

/// <summary>
/// A change of a team at rest: what happened is the team's own business, so only number and time stand in clear, and they are part of the
/// place.
/// </summary>
internal static class SealedChange
{
    /// <summary>Seals a change; throws what <see cref="ITeamSeals.Get"/> throws.</summary>
    public static byte[] Seal(ITeamSeals seals, NumberedChange row) => seals.Get(row.Team).Seal(
        Place(row.Number, row.AtMs), Encoding.UTF8.GetBytes($"{row.Change.Kind} {row.Change.SubjectKind} {row.Change.SubjectId}"));

    /// <summary>Opens a change; null when it was not sealed there, or when the team's keys were destroyed.</summary>
    public static Change? TryOpen(ITeamSeals seals, TeamId team, ChangePlace at, ReadOnlySpan<byte> sealedChange)
    {
        try
        {
            return seals.Find(team)?.Open(Place(at.Number, at.AtMs), sealedChange) is { } plain
                && Encoding.UTF8.GetString(plain).Split(' ') is [var kind, var subject, var text]
                && Guid.TryParseExact(text, "D", out var id)
                ? new Change(kind, subject, id)
                : null;
        }
        catch (Exception broken) when (broken is SealBrokenException or CryptographicException or TeamKeyDestroyedException)
        {
            return null;
        }
    }

    private static SealPlace Place(long number, long atMs) => new(SealedTable.TeamChanges, null, atMs, number);
}
