using HostAtlas.Engine.Presence;
using HostAtlas.Shared.Ids;

namespace HostAtlas.Engine.Backups.Retention;

/// <summary>
/// When a server's vault is swept: once a day, each at a second of its own. Ids are random, so a thousand servers spread over the day by
/// themselves, and a platform that was restarted does not sweep all of them at once.
/// </summary>
public static class SweepTime
{
    private const int SecondsPerDay = 86_400;

    /// <summary>After a sweep that could not be finished.</summary>
    public static readonly TimeSpan AgainAfter = TimeSpan.FromHours(1);

    /// <summary>The next time after another one.</summary>
    public static DateTimeOffset After(ServerKey server, DateTimeOffset at)
    {
        var second = BitConverter.ToUInt32(server.Server.ToBytes().AsSpan(0, 4)) % SecondsPerDay;
        var midnight = at.ToUnixTimeSeconds() / SecondsPerDay * SecondsPerDay;
        var today = DateTimeOffset.FromUnixTimeSeconds(midnight + second);
        return today > at ? today : today.AddDays(1);
    }
}
