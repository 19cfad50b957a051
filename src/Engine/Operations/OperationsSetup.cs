using Akka.Actor;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace HostAtlas.Engine.Operations;

/// <summary>Puts the operators' side into the platform.</summary>
public static class OperationsSetup
{
    /// <summary>
    /// Takes the data folder for this process; to be called before anything opens a file in it. <see cref="DataFolderTakenException"/> when
    /// another platform has it. It is given free with the container.
    /// </summary>
    public static IServiceCollection AddDataFolderLock(this IServiceCollection services, EngineOptions options)
    {
        var held = DataFolderLock.Take(options.DataDirectory);
        // By factory and by a service that is made first: only so does the container dispose it, and dispose it last.
        services.Insert(0, ServiceDescriptor.Singleton<IHostedService>(_ => new HeldLock(held)));
        return services;
    }

    /// <summary>Registers <c>ops.sock</c> and the founding invitation; after the actor system, whose start theirs must follow.</summary>
    public static IServiceCollection AddOperations(this IServiceCollection services)
    {
        services.TryAddSingleton(_ => new OperatorConsole(Console.Out, !Console.IsOutputRedirected));
        services.AddSingleton(provider => new ClusterView(
            provider.GetRequiredService<ActorSystem>, provider.GetRequiredService<EngineClient>()));
        services.AddSingleton<TeamLogs>().AddSingleton<OpsPlatform>();
        services.AddHostedService(provider => new OpsSocketService(
            provider.GetRequiredService<EngineOptions>(),
            provider.GetRequiredService<OpsPlatform>,
            provider.GetRequiredService<ILogger<OpsSocketService>>()));
        return services.AddHostedService<FoundingInvitation>();
    }

    private sealed class HeldLock(DataFolderLock held) : IHostedService, IDisposable
    {
        public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public void Dispose() => held.Dispose();
    }
}
