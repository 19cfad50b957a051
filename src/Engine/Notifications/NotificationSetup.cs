using Akka.Actor;
using Akka.Cluster.Hosting;
using Akka.Hosting;
using HostAtlas.Engine.Cluster;
using HostAtlas.Engine.Notifications.Sending;
using HostAtlas.Engine.Storage;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace HostAtlas.Engine.Notifications;

/// <summary>Registry key of the way to the cluster's one sender of notifications.</summary>
public sealed class NotifierSingleton;

/// <summary>Puts notifications into the platform.</summary>
public static class NotificationSetup
{
    private const string Name = "notifier";

    // The proxy warns of a missing singleton within the first second of every start, before there can be one.
    private static ClusterSingletonOptions Options => new() { Role = ClusterNode.EngineRole, LogSingletonIdentificationFailure = false };

    /// <summary>Registers what sends; <see cref="WithNotifier"/> starts the actor.</summary>
    public static IServiceCollection AddNotifications(this IServiceCollection services, EngineOptions options) => services
        .AddSingleton(options.Notifications).AddSingleton<WebhookSender>().AddSingleton<MailSender>().AddSingleton<ChannelSender>();

    /// <summary>Starts the singleton and registers the way to it as <see cref="NotifierSingleton"/>.</summary>
    public static AkkaConfigurationBuilder WithNotifier(this AkkaConfigurationBuilder builder, IServiceProvider provider) =>
        builder.WithSingleton<NotifierSingleton>(Name, (_, registry, _) =>
        {
            // With the registry at hand: a client out of the container would wait for the actor system that is being made.
            var notifier = new Notifier(
                provider.GetRequiredService<INotificationStore>(), new EngineClient(registry), provider.GetRequiredService<ChannelSender>(),
                provider.GetRequiredService<EngineOptions>(), provider.GetRequiredService<TimeProvider>(),
                provider.GetRequiredService<ILogger<Notifier>>());
            return Props.Create(() => new NotifierActor(notifier));
        }, Options);

    /// <summary>Registers the way to the singleton of another node.</summary>
    public static AkkaConfigurationBuilder WithNotifierProxy(this AkkaConfigurationBuilder builder) =>
        builder.WithSingletonProxy<NotifierSingleton>(Name, Options);
}
