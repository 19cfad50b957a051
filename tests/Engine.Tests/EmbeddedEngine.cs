using System.Security.Cryptography;
using HostAtlas.Engine.Operations;
using HostAtlas.Engine.Storage;
using HostAtlas.Engine.Storage.Sqlite;
using HostAtlas.Shared.Ids;
using HostAtlas.Shared.Tokens;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace HostAtlas.Engine.Tests;

/// <summary>A whole engine on a real store (SQLite unless another is named) and in a folder of its own, to be stopped and started again on
/// the same data.</summary>
public sealed class EmbeddedEngine : IAsyncDisposable
{
    private readonly TimeProvider _time;
    private readonly StoreOptions _store;
    private IHost? _host;

    private EmbeddedEngine(string folder, TimeProvider time, StoreOptions store) => (Folder, _time, _store) = (folder, time, store);

    /// <summary>The data folder.</summary>
    public string Folder { get; }

    /// <summary>Its <c>data.db</c>, also while it is stopped.</summary>
    public DataFile File => new(Folder);

    /// <summary>Asks entities.</summary>
    public EngineClient Client => Get<EngineClient>();

    /// <summary>The platform's keys.</summary>
    public PlatformKeys Keys => Get<PlatformKeys>();

    /// <summary>Starts an engine in a new folder.</summary>
    public static async Task<EmbeddedEngine> StartAsync(
        TimeProvider? time = null, Func<EngineOptions, EngineOptions>? configure = null, Action<IServiceCollection>? adjust = null,
        StoreOptions? store = null)
    {
        var engine = new EmbeddedEngine(
            Directory.CreateTempSubdirectory("hostatlas-engine-").FullName, time ?? TimeProvider.System, store ?? StoreOptions.Sqlite);
        await engine.StartAgainAsync(configure, adjust);
        return engine;
    }

    /// <summary>Starts it again on the same data.</summary>
    public async Task StartAgainAsync(Func<EngineOptions, EngineOptions>? configure = null, Action<IServiceCollection>? adjust = null)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Logging.SetMinimumLevel(LogLevel.Warning);
        builder.Services.AddSingleton(_time);
        // A test's output is no place for invitations, whatever it is connected to.
        builder.Services.AddSingleton(new OperatorConsole(TextWriter.Null, IsTerminal: false));
        adjust?.Invoke(builder.Services);
        // As the gateway does: made once, read at each start.
        var rootKey = Path.Combine(Folder, "root.key");
        if (!System.IO.File.Exists(rootKey)) await System.IO.File.WriteAllBytesAsync(rootKey, SHA256.HashData("root"u8));
        var ring = await System.IO.File.ReadAllBytesAsync(rootKey);
        var options = new EngineOptions { DataDirectory = Folder, RootKey = ring, Store = _store };
        builder.Services.AddHostAtlasEngine(configure?.Invoke(options) ?? options);
        _host = builder.Build();
        await _host.StartAsync();
    }

    /// <summary>Stops it gracefully; the data stays.</summary>
    public async Task StopAsync()
    {
        if (_host is null) return;
        await _host.StopAsync();
        _host.Dispose();
        _host = null;
    }

    /// <summary>A registered service.</summary>
    public T Get<T>() where T : notnull =>
        (_host ?? throw new InvalidOperationException("The engine is stopped.")).Services.GetRequiredService<T>();

    /// <summary>Ids that no test shares.</summary>
    public static T NewId<T>() where T : struct, IResourceId<T> => ResourceId.FromRandom<T>(RandomNumberGenerator.GetBytes(16));

    /// <summary>A token of this platform.</summary>
    public string NewToken(TeamId team, ServerId server) =>
        TokenForm.Write(TokenKind.Agent, team, server, RandomNumberGenerator.GetBytes(32), Keys.TokenKey);

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        Directory.Delete(Folder, recursive: true);
    }
}
