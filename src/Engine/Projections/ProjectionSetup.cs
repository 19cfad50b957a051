using Akka.Actor;
using Akka.Cluster.Hosting;
using Akka.Hosting;
using HostAtlas.Engine.Cluster;
using HostAtlas.Engine.Storage;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace HostAtlas.Engine.Projections;

/// <summary>Registry key of the way to the cluster's one projection.</summary>
public sealed class ProjectionSingleton;

/// <summary>Puts the projection into the platform.</summary>
public static class ProjectionSetup
{
    private const string Name = "projection";

    // The proxy warns of a missing singleton within the first second of every start, before there can be one.
    private static ClusterSingletonOptions Options => new() { Role = ClusterNode.EngineRole, LogSingletonIdentificationFailure = false };

    /// <summary>Registers what the actor needs; <see cref="WithProjections"/> starts the actor.</summary>
    public static IServiceCollection AddProjections(this IServiceCollection services)
    {
        services.TryAddSingleton(ProjectionTimes.Default);
        return services;
    }

    /// <summary>Starts the singleton and registers the way to it as <see cref="ProjectionSingleton"/>.</summary>
    public static AkkaConfigurationBuilder WithProjections(this AkkaConfigurationBuilder builder, IServiceProvider provider) =>
        builder.WithSingleton<ProjectionSingleton>(
            Name,
            Props.Create(() => new ProjectionActor(
                provider.GetRequiredService<IProjectionStore>(), provider.GetRequiredService<IJournalHeads>(),
                provider.GetRequiredService<ProjectionTimes>(), provider.GetRequiredService<JournalSeal>())),
            Options);

    /// <summary>Registers the way to the singleton of another node.</summary>
    public static AkkaConfigurationBuilder WithProjectionProxy(this AkkaConfigurationBuilder builder) =>
        builder.WithSingletonProxy<ProjectionSingleton>(Name, Options);
}
