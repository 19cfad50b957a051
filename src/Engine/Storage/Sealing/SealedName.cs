using System.Text;
using HostAtlas.Shared.Ids;

namespace HostAtlas.Engine.Storage.Sealing;

/// <summary>The name of a team or of a server at rest.</summary>
internal static class SealedName
{
    /// <summary>Seals a name; <paramref name="server"/> is null for the team's own.</summary>
    public static byte[] Seal(ITeamSeals seals, TeamId team, ServerId? server, string name) =>
        seals.Get(team).Seal(Place(server), Encoding.UTF8.GetBytes(name));

    /// <summary>Opens a name.</summary>
    public static string Open(ITeamSeals seals, TeamId team, ServerId? server, ReadOnlySpan<byte> sealedName) =>
        Encoding.UTF8.GetString((seals.Find(team) ?? throw new SealBrokenException(Place(server), "the team has no keys."))
            .Open(Place(server), sealedName));

    /// <summary>What the projection's own rows show for a name that does not open, until a rebuild tells it anew.</summary>
    public const string Damaged = "(damaged: rebuild the projection)";

    /// <summary>Opens a name for the projection: <see cref="Damaged"/> when it does not open.</summary>
    public static string OpenOrDamaged(ITeamSeals seals, TeamId team, ServerId? server, ReadOnlySpan<byte> sealedName)
    {
        try
        {
            return Open(seals, team, server, sealedName);
        }
        catch (SealBrokenException)
        {
            return Damaged;
        }
    }

    private static SealPlace Place(ServerId? server) =>
        new(server is null ? SealedTable.Teams : SealedTable.Servers, server, AtMs: 0, Detail: 0);
}
