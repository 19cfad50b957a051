using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace HostAtlas.Engine.Storage.Sealing.Rotation;

/// <summary>Puts the rotation of keys into the platform.</summary>
public static class RotationSetup
{
    /// <summary>
    /// Registers it and the background pass; the store registers <see cref="ISealedValues"/>, and its file is registered before.
    /// </summary>
    public static IServiceCollection AddKeyRotation(this IServiceCollection services)
    {
        services.TryAddSingleton(ResealTimes.Default);
        services.AddSingleton<KeyRotation>().AddSingleton<Resealing>().AddSingleton<ResealProgress>().AddSingleton<TeamKeys>();
        return services.AddHostedService<ResealService>();
    }
}
