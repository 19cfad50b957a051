using HostAtlas.TestSupport;
using HostAtlas.TestSupport.Processes;

namespace HostAtlas.EndToEnd.Tests.Cluster;

/// <summary>
/// A platform of two processes. On SQLite the second runs on the first's data folder, as it must; on PostgreSQL on one of its own that
/// holds a copy of root.key and nothing else.
/// </summary>
internal sealed class SecondProcess : IAsyncDisposable
{
    private readonly TempFolder? _own;

    private SecondProcess(PlatformProcess engine, GatewayProcess gateway, TempFolder? own) =>
        (Engine, Gateway, _own) = (engine, gateway, own);

    /// <summary>The process with the engine.</summary>
    public PlatformProcess Engine { get; }

    /// <summary>The process of role gateway.</summary>
    public GatewayProcess Gateway { get; }

    /// <summary>Starts both.</summary>
    /// <param name="store">Which database.</param>
    /// <param name="environment">More configuration, of both.</param>
    public static async Task<SecondProcess> StartAsync(PlatformStore store, IReadOnlyDictionary<string, string>? environment = null)
    {
        var engine = await PlatformProcess.StartAsync(store, environment: environment);
        var own = store == PlatformStore.Postgresql ? new TempFolder() : null;
        if (own is not null) File.Copy(Path.Combine(engine.Data, "root.key"), own.File("root.key"));
        return new SecondProcess(engine, await GatewayProcess.StartAsync(engine, own?.Path), own);
    }

    /// <summary>A person's requests to the engine's process.</summary>
    public PersonAt PersonAtEngine() => new(Engine.NewHttpClient(), Engine.Url);

    /// <summary>A person's requests to the other one.</summary>
    public PersonAt PersonAtGateway() => new(Gateway.NewHttpClient(), Gateway.Url);

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await Gateway.DisposeAsync();
        await Engine.DisposeAsync();
        _own?.Dispose();
    }
}
