using System.Globalization;
using System.Net;
using HostAtlas.Engine;
using HostAtlas.Engine.Storage;

namespace HostAtlas.Gateway.Hosting;

/// <summary>
/// Settings as text -> options. Pure. One table of keys; each fault is listed, and a key that is not in the table is a fault: a mistyped
/// limit must not silently be no limit.
/// </summary>
internal static partial class GatewaySettings
{
    /// <summary>What environment variables of the platform begin with: <c>HOSTATLAS__INGEST__WINDOW_SECONDS</c> is
    /// <c>ingest.window_seconds</c>.</summary>
    public const string EnvironmentPrefix = "HOSTATLAS__";

    private delegate GatewayOptions? Setter(GatewayOptions options, string text);

    private static readonly Dictionary<string, (string Expected, Setter Set)> Keys =
        new(Platform().Concat(OfVault()).Concat(OfTelling()), StringComparer.OrdinalIgnoreCase);

    private static Dictionary<string, (string Expected, Setter Set)> Platform() => new()
    {
        ["server.data"] = ("a folder", (o, text) => text.Length > 0 ? o with { Data = text } : null),
        ["server.url"] = ("an https address without a path, e.g. https://127.0.0.1:8443", (o, text) =>
            ReadUrl(text) is { } url ? o with { Url = url } : null),
        ["server.role"] = ("embedded or gateway", (o, text) => text switch
        {
            "embedded" => o with { Role = NodeRole.Embedded },
            "gateway" => o with { Role = NodeRole.Gateway },
            _ => null,
        }),
        ["cluster.seed"] = ("127.0.0.1:PORT with the port of the file cluster.port in the engine's data folder", (o, text) =>
            IPEndPoint.TryParse(text, out var seed) && seed.Address.Equals(IPAddress.Loopback) && seed.Port > 0
                ? o with { Seed = seed } : null),
        ["cluster.seed_wait_seconds"] = Whole(1, 600, (o, n) => o with { SeedPatience = TimeSpan.FromSeconds(n) }),
        ["server.connections"] = Whole(10, 1_000_000, (o, n) => o with { Connections = n }),
        ["server.connections_per_address"] = Whole(1, 1_000_000, (o, n) => o with { ConnectionsPerAddress = n }),
        ["store.kind"] = ("sqlite or postgresql", (o, text) => text switch
        {
            "sqlite" => o with { StoreKind = StoreKind.Sqlite },
            "postgresql" => o with { StoreKind = StoreKind.Postgresql },
            _ => null,
        }),
        ["store.connection"] = ("a connection string", (o, text) => o with { StoreConnection = text }),
        ["store.connection_file"] = ("a file", (o, text) => text.Length > 0 ? o with { StoreConnectionFile = text } : null),
        ["ingest.window_seconds"] = Whole(5, 300, (o, n) => o with { Window = TimeSpan.FromSeconds(n) }),
        ["ingest.queue"] = Whole(1, 1_000_000, (o, n) => o with { IngestQueue = n }),
        ["ingest.store_gives_up_after_ms"] = Whole(100, 7_000, (o, n) => o with { StoreGivesUpAfter = TimeSpan.FromMilliseconds(n) }),
        ["retention.raw_hours"] = Whole(1, 9_600, (o, n) => o with { RawRetention = TimeSpan.FromHours(n) }),
        ["retention.minute_days"] = Whole(1, 3_660, (o, n) => o with { MinuteRetention = TimeSpan.FromDays(n) }),
        ["retention.hour_days"] = Whole(1, 3_660, (o, n) => o with { HourRetention = TimeSpan.FromDays(n) }),
        ["retention.log_hours"] = Whole(1, 9_600, (o, n) => o with { LogRetention = TimeSpan.FromHours(n) }),
        ["presence.silent_after_seconds"] = Whole(10, 86_400, (o, n) => o with { SilentAfter = TimeSpan.FromSeconds(n) }),
        ["backups.server_day_mebibytes"] = Whole(1, 1_000_000_000, (o, n) => o with { BackupBytesPerServerDay = (long)n << 20 }),
        ["backups.server_mebibytes"] = Whole(1, 1_000_000_000, (o, n) => o with { BackupBytesPerServer = (long)n << 20 }),
        ["backups.team_mebibytes"] = Whole(1, 1_000_000_000, (o, n) => o with { BackupBytesPerTeam = (long)n << 20 }),
    };

    /// <summary>Every key there is.</summary>
    public static IReadOnlyCollection<string> Names => Keys.Keys;

    /// <summary>Reads the settings, the later ones winning; with faults the options mean nothing.</summary>
    public static (GatewayOptions Options, IReadOnlyList<string> Faults) Read(IEnumerable<KeyValuePair<string, string>> settings)
    {
        var options = new GatewayOptions();
        var faults = new List<string>();
        foreach (var (key, text) in settings)
        {
            if (!Keys.TryGetValue(key, out var known)) faults.Add(
                $"{key}: there is no such setting. There are {string.Join(", ", Keys.Keys)}.");
            else if (known.Set(options, text) is { } changed) options = changed;
            else faults.Add($"{key} = '{text}': {known.Expected} is expected.");
        }
        return (options, faults);
    }

    /// <summary>The platform's settings among a process's environment variables.</summary>
    public static IEnumerable<KeyValuePair<string, string>> OfEnvironment(IReadOnlyDictionary<string, string> environment) =>
        from variable in environment
        where variable.Key.StartsWith(EnvironmentPrefix, StringComparison.Ordinal)
        let key = variable.Key[EnvironmentPrefix.Length..].Replace("__", ".", StringComparison.Ordinal).ToLowerInvariant()
        select KeyValuePair.Create(key, variable.Value);

    /// <summary>Reads an address; null when it is none a platform can have.</summary>
    public static Uri? ReadUrl(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var url) && url.Scheme == Uri.UriSchemeHttps && url.Host.Length > 0
        && url.UserInfo.Length == 0 && url.PathAndQuery == "/" && url.Fragment.Length == 0
            ? url
            : null;

    private static (string Expected, Setter Set) Whole(int least, int most, Func<GatewayOptions, int, GatewayOptions> set) => (
        string.Create(CultureInfo.InvariantCulture, $"a whole number of {least:N0}-{most:N0}"),
        (options, text) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var n) && n >= least && n <= most
            ? set(options, n)
            : null);
}
