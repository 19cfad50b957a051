using HostAtlas.Gateway.Ingest;
using HostAtlas.Gateway.People.Events;
using HostAtlas.Gateway.People.Passwords;
using HostAtlas.Gateway.People.Rights;
using HostAtlas.Gateway.People.Sessions;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace HostAtlas.Gateway.People;

/// <summary>Registers what people's endpoints need beside the engine's own services.</summary>
public static class PeopleSetup
{
    /// <summary>
    /// Adds sessions, rights, passwords and the endpoints' classes. Expects the engine's services and stores and the
    /// <see cref="OwnOrigin"/> to be registered.
    /// </summary>
    public static IServiceCollection AddPeople(this IServiceCollection services)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton<PasswordHasher>().AddSingleton<SignInLimiter>().AddSingleton<SignInDoor>().AddSingleton<PasswordCheck>();
        services.AddSingleton<SessionSeal>().AddSingleton<SessionService>().AddSingleton<SignedInAnew>();
        services.TryAddSingleton<FailedCredentials>();
        services.AddSingleton<CrossSiteRule>();
        services.AddSingleton<Memberships>().AddSingleton<Access>();
        services.AddSingleton<SetupEndpoint>().AddSingleton<SessionEndpoints>();
        services.AddSingleton<PasswordEndpoints>().AddSingleton<SecondFactorEndpoints>();
        services.TryAddSingleton(EventStreamTimes.Default);
        services.AddSingleton<StandingGrant>().AddSingleton<StreamSlots>().AddSingleton<EventsEndpoint>().AddSingleton<ChangeFeed>();
        services.AddHostedService(provider => provider.GetRequiredService<ChangeFeed>());
        services.AddSingleton<TeamEndpoints>().AddSingleton<MemberEndpoints>().AddSingleton<InvitationEndpoints>();
        services.AddSingleton<ServerEndpoints>().AddSingleton<MetricsEndpoint>().AddSingleton<BackupsEndpoint>()
            .AddSingleton<ChainEvidence>().AddSingleton<FreezeEndpoints>().AddSingleton<RetentionEndpoints>()
            .AddSingleton<TeamRetentionEndpoints>()
            .AddSingleton<LogsEndpoint>().AddSingleton<InventoryEndpoint>().AddSingleton<CommandEndpoints>()
            .AddSingleton<KeyEndpoints>().AddSingleton<AuditEndpoints>()
            .AddSingleton<NotificationEndpoints>();
        return services;
    }
}
