using HostAtlas.Engine;
using HostAtlas.Gateway.Hosting.Certificates;
using HostAtlas.Gateway.Ingest;
using HostAtlas.Gateway.OpenApi;
using HostAtlas.Gateway.Pages;
using HostAtlas.Gateway.People;
using HostAtlas.Gateway.People.Sessions;
using HostAtlas.Gateway.Vault;

namespace HostAtlas.Gateway.Hosting;

/// <summary>Puts the platform together: data folder, engine, server, middleware in their order.</summary>
internal static class GatewayHost
{
    // An engine that drains needs a moment; a sender that holds its request open must not keep the process for ever.
    private static readonly TimeSpan StopsWithin = TimeSpan.FromSeconds(15);

    /// <summary>
    /// Builds the platform; it does not listen yet. <see cref="StartFaultException"/> and <see cref="InvalidOptionsException"/> say why it
    /// cannot be. <paramref name="adjust"/> comes last and lets a test or a benchmark replace a part, such as the clock.
    /// </summary>
    public static WebApplication Build(GatewayOptions options, Action<IServiceCollection>? adjust = null)
    {
        var data = Path.GetFullPath(options.Data);
        var isGateway = options.Role == NodeRole.Gateway;
        DataFolder.Prepare(data, mayMake: !isGateway);
        var rootKey = isGateway ? DataFolder.ReadRootKey(data) : DataFolder.ReadOrMakeRootKey(data);
        // Nothing of the surroundings configures the platform but what Program.cs hands in.
        var builder = WebApplication.CreateEmptyBuilder(
            new WebApplicationOptions { ApplicationName = typeof(GatewayHost).Assembly.GetName().Name });
        var services = builder.Services;
        services.AddLogging(Log).AddRoutingCore();
        services.Configure<HostOptions>(host => host.ShutdownTimeout = StopsWithin);
        services.AddHostAtlasEngine(EngineOptionsOf(options, data, rootKey));
        services.AddSingleton(new CertificateFiles(data, CertificateFiles.NamesOf(options.Url, Environment.MachineName))
        {
            // In the engine's data folder its certificate is the engine's to renew: two that renew would take turns for ever.
            IsOwner = !(isGateway && DataFolder.IsOfAnEngine(data)),
        });
        services.AddSingleton<CertificateSource>().AddHostedService(provider => provider.GetRequiredService<CertificateSource>());
        services.AddSingleton<FailedCredentials>().AddSingleton<AgentGate>().AddSingleton<VaultDoor>();
        services.AddSingleton(provider =>
            new OwnOrigin(options.Url, provider.GetRequiredService<CertificateSource>().IsFor));
        services.AddPeople();
        if (!isGateway) services.AddHostedService<SessionSweeper>();
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(kestrel =>
            KestrelSetup.Configure(kestrel, options, kestrel.ApplicationServices.GetRequiredService<CertificateSource>()));
        adjust?.Invoke(services);
        var app = builder.Build();
        Pipe(app);
        return app;
    }

    private static void Pipe(WebApplication app)
    {
        app.UseMiddleware<AnswerFrame>();
        app.UseMiddleware<AgentRoutes>();
        app.UseMiddleware<VaultRoutes>();
        app.UseMiddleware<ExactPaths>();
        app.UseRouting();
        PeopleEndpoints.Map(app);
        OpenApiEndpoint.Map(app);
        PagesSetup.Map(app);
    }

    private static EngineOptions EngineOptionsOf(GatewayOptions options, string data, byte[] rootKey) => new()
    {
        DataDirectory = data,
        RootKey = rootKey,
        Role = options.Role,
        Seed = options.Seed,
        SeedPatience = options.SeedPatience,
        Address = options.Url.GetLeftPart(UriPartial.Authority),
        Store = StoreSettings.Of(options),
        Vault = options.Vault,
        Window = options.Window,
        RawRetention = options.RawRetention,
        MinuteRetention = options.MinuteRetention,
        HourRetention = options.HourRetention,
        LogRetention = options.LogRetention,
        SilentAfter = options.SilentAfter,
        IngestQueue = options.IngestQueue,
        StoreGivesUpAfter = options.StoreGivesUpAfter,
        BackupBytesPerServerDay = options.BackupBytesPerServerDay,
        BackupBytesPerServer = options.BackupBytesPerServer,
        BackupBytesPerTeam = options.BackupBytesPerTeam,
        Notifications = options.Notifications,
    };

    // To standard error, so that standard output holds the one line that says where the platform is.
    private static void Log(ILoggingBuilder logging) => logging
        .SetMinimumLevel(LogLevel.Information)
        .AddFilter("Microsoft", LogLevel.Warning)
        // Where anything could be logged the host starts an activity for each request. AnswerFrame tells of what fails.
        .AddFilter("Microsoft.AspNetCore.Hosting.Diagnostics", LogLevel.None)
        .AddSimpleConsole(console =>
        {
            console.SingleLine = true;
            console.TimestampFormat = "yyyy-MM-dd'T'HH:mm:ss.fff'Z' ";
            console.UseUtcTimestamp = true;
        })
        .Services.Configure<Microsoft.Extensions.Logging.Console.ConsoleLoggerOptions>(
            console => console.LogToStandardErrorThreshold = LogLevel.Trace);
}
