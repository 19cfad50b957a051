using HostAtlas.Shared.Ids;

namespace HostAtlas.Engine.Backups.Retention;

/// <summary>What a team lets expire of servers that chose nothing themselves. Backups know no teams: who does answers this.</summary>
public interface IRetentionDefaults
{
    /// <summary>The team's default.</summary>
    Task<DefaultAsked> OfAsync(TeamId team, CancellationToken cancellation);
}

/// <summary>A team's default of retention.</summary>
/// <param name="Default">Null when it chose none, or is gone.</param>
/// <param name="Fault">Why it is not known; null when it is.</param>
public readonly record struct DefaultAsked(RetentionDefault? Default, string? Fault);
