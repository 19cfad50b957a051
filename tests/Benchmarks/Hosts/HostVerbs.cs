namespace HostAtlas.Benchmarks.Hosts;

/// <summary>The verbs with which the benchmarks start their own servers; nobody types them.</summary>
internal static class HostVerbs
{
    /// <summary><see cref="BareHost"/>.</summary>
    public const string Bare = "host-bare";

    /// <summary><see cref="StorelessPlatform"/> without doors.</summary>
    public const string GatewayOnly = "host-gateway";

    /// <summary><see cref="StorelessPlatform"/>.</summary>
    public const string Storeless = "host-storeless";

    /// <summary>Runs a server: verb, folder, how many servers to enrol. False when it is none of these verbs.</summary>
    public static async Task<bool> TryRunAsync(string[] arguments)
    {
        if (arguments is not [var verb, var folder, var count] || !int.TryParse(count, out var servers)) return false;
        switch (verb)
        {
            case Bare: await BareHost.RunAsync(folder); return true;
            case GatewayOnly: await StorelessPlatform.RunAsync(folder, servers, hasDoors: false); return true;
            case Storeless: await StorelessPlatform.RunAsync(folder, servers, hasDoors: true); return true;
            default: return false;
        }
    }
}
