using System.Globalization;

namespace HostAtlas.Engine.Operations;

/// <summary>How operators are told a time.</summary>
internal static class OpsTime
{
    /// <summary>In UTC, to the second.</summary>
    public static string Of(DateTimeOffset time) =>
        time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
