using HostAtlas.Engine.Storage;
using HostAtlas.Engine.Vault;
using Microsoft.Extensions.DependencyInjection;

namespace HostAtlas.Engine.Backups;

/// <summary>Puts backups into the platform; the entities' region is among the others.</summary>
public static class BackupSetup
{
    /// <summary>Registers vault, tickets and what wakes the entities.</summary>
    public static IServiceCollection AddBackups(this IServiceCollection services, EngineOptions options)
    {
        services.AddSingleton(provider =>
        {
            var keys = provider.GetRequiredService<PlatformKeys>();
            return new TicketOffice(() => keys.VaultTickets);
        });
        services.AddSingleton<IVault>(provider =>
            new DirectoryVault(options.DataDirectory, provider.GetRequiredService<TicketOffice>()));
        services.AddSingleton(provider => new BackupDesk(
            provider.GetRequiredService<IBackupStore>(), provider.GetRequiredService<IVault>(), options));
        services.AddSingleton<BackupCatalogue>();
        services.AddSingleton<BackupWatch>().AddHostedService(provider => provider.GetRequiredService<BackupWatch>());
        return services;
    }
}
