using System.Security.Cryptography;
using System.Text.Json;
using HostAtlas.Engine.Notifications;

namespace HostAtlas.Engine.Storage.Sealing;

/// <summary>
/// What people are told, at rest. The place is the event that it tells of; the room stands where other rows have their time.
/// </summary>
internal static class SealedHappening
{
    /// <summary>Seals; throws what <see cref="ITeamSeals.Get"/> throws.</summary>
    public static byte[] Seal(ITeamSeals seals, KeyedHappening row) => seals.Get(row.Key.Server.Team).Seal(
        Place(row.Key), JsonSerializer.SerializeToUtf8Bytes(row.Happening, HappeningJson.Default.Happening));

    /// <summary>Opens; null when it was not sealed there, or when the team's keys were destroyed.</summary>
    public static Happening? TryOpen(ITeamSeals seals, HappeningKey key, ReadOnlySpan<byte> sealedHappening)
    {
        try
        {
            return seals.Find(key.Server.Team)?.Open(Place(key), sealedHappening) is { } plain
                ? JsonSerializer.Deserialize(plain, HappeningJson.Default.Happening)
                : null;
        }
        catch (Exception broken) when (
            broken is SealBrokenException or CryptographicException or TeamKeyDestroyedException or JsonException)
        {
            return null;
        }
    }

    private static SealPlace Place(HappeningKey key) => new(SealedTable.Notifications, key.Server.Server, (long)key.Room, key.Number);
}
