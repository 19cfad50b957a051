using HostAtlas.Engine.Storage;

namespace HostAtlas.Gateway.Hosting;

/// <summary>The choice of the database out of the settings. The connection string is a secret: it comes from a file of mode 0600.</summary>
internal static class StoreSettings
{
    /// <summary>The options with the connection string in them, and everything that is wrong with it; no fault repeats it.</summary>
    public static (GatewayOptions Options, IReadOnlyList<string> Faults) Resolve(GatewayOptions options)
    {
        if (options is { StoreConnection: not null, StoreConnectionFile: not null })
            return (options, ["store.connection and store.connection_file: name one of them."]);
        if (options.StoreConnectionFile is { } file)
        {
            var (connection, fault) = ConnectionFile.Read(file);
            if (fault is not null) return (options, [$"store.connection_file: {fault}"]);
            options = options with { StoreConnection = connection };
        }
        return (options, Of(options).Faults());
    }

    /// <summary>As the engine takes it.</summary>
    public static StoreOptions Of(GatewayOptions options) => new(options.StoreKind, options.StoreConnection);
}
