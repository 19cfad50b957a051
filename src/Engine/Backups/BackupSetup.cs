using HostAtlas.Engine.Backups.Retention;
using HostAtlas.Engine.Cluster;
using HostAtlas.Engine.Vault;
using HostAtlas.Engine.Vault.S3;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace HostAtlas.Engine.Backups;

/// <summary>Puts backups into the platform; the entities' region is among the others.</summary>
public static class BackupSetup
{
    /// <summary>Registers vault, tickets and what reads the tables for people: what every process has that talks to agents.</summary>
    public static IServiceCollection AddVault(this IServiceCollection services, EngineOptions options)
    {
        services.AddSingleton(provider =>
        {
            var keys = provider.GetRequiredService<PlatformKeys>();
            return new TicketOffice(() => keys.VaultTickets);
        });
        services.AddSingleton(new VaultStanding(options.Vault));
        if (options.Vault is { Kind: VaultKind.S3, S3: { } s3 })
        {
            services.AddSingleton(_ => new S3Connection(s3)).AddHostedService<S3Watch>();
            services.AddSingleton<IVault>(provider => new S3Vault(
                options.DataDirectory, provider.GetRequiredService<S3Connection>(), provider.GetRequiredService<TicketOffice>(),
                provider.GetRequiredService<VaultStanding>(), provider.GetRequiredService<ILogger<S3Vault>>(),
                clears: options.Role == NodeRole.Embedded));
        }
        else if (options.Role == NodeRole.Gateway && !File.Exists(ClusterPort.PathIn(options.DataDirectory)))
        {
            // A folder of the gateway's own: the vault lies in the engine's.
            services.AddSingleton<IVault, UnreachableVault>();
        }
        else
        {
            services.AddSingleton<IVault>(provider => new DirectoryVault(
                options.DataDirectory, provider.GetRequiredService<TicketOffice>(), clears: options.Role == NodeRole.Embedded));
        }
        return services.AddSingleton<BackupCatalogue>();
    }

    /// <summary>Registers what the entities decide by and what wakes them.</summary>
    public static IServiceCollection AddBackups(this IServiceCollection services)
    {
        services.AddSingleton<BackupDesk>();
        services.AddSingleton<RetentionSweeper>().AddSingleton<RetentionWatch>();
        services.AddHostedService(provider => provider.GetRequiredService<RetentionWatch>());
        services.AddSingleton<BackupWatch>().AddHostedService(provider => provider.GetRequiredService<BackupWatch>());
        return services;
    }
}
