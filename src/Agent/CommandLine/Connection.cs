using HostAtlas.Agent.Backup.Transfer;
using HostAtlas.Agent.Configuration;
using HostAtlas.Agent.Uplink;

namespace HostAtlas.Agent.CommandLine;

/// <summary>Makes a client from what a verb was told, or says why that cannot be.</summary>
internal static class Connection
{
    public static PlatformClient Open(Uri url, string? caFile, Uri? configuredProxy, AgentSurroundings around)
    {
        var trust = TlsTrust.TryLoad(caFile, out var fault) ?? throw new VerbFailedException(ExitCode.Usage, fault);
        var proxy = around.Proxy.For(url, configuredProxy, out fault);
        if (fault.Length > 0) throw new VerbFailedException(ExitCode.Usage, fault);
        return new PlatformClient(url, trust, proxy, around.Time);
    }

    /// <summary>A client of the vaults that the configuration allows. One proxy serves all of them.</summary>
    public static VaultClient OpenVault(AgentOptions options, long? limitBytesPerSecond, AgentSurroundings around)
    {
        var trust = TlsTrust.TryLoad(options.CaFile, out var fault) ?? throw new VerbFailedException(ExitCode.Usage, fault);
        var proxy = around.Proxy.For(options.Url, options.HttpsProxy, out fault);
        if (fault.Length > 0) throw new VerbFailedException(ExitCode.Usage, fault);
        return new VaultClient(
            [options.Url, .. options.VaultOrigins], trust, proxy, new RateLimit(limitBytesPerSecond, around.Time), around.Time);
    }
}
