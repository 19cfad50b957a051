using HostAtlas.Engine.Backups.Retention;
using HostAtlas.Engine.Cluster;
using HostAtlas.Shared.Ids;

namespace HostAtlas.Engine.Teams;

/// <summary>Asks the team's entity for its default of retention.</summary>
public sealed class TeamRetentionDefaults(EngineClient engine) : IRetentionDefaults
{
    /// <inheritdoc />
    public async Task<DefaultAsked> OfAsync(TeamId team, CancellationToken cancellation) =>
        await engine.AskAsync(new ShowTeamRetention(team), cancellation).ConfigureAwait(false) switch
        {
            TeamRetentionShown shown => new DefaultAsked(shown.Default, null),
            // A team whose keys were destroyed has no default any more; what is left of its servers goes all the same.
            Refused { Kind: RefusalKind.NotFound } => default,
            Refused refused => new DefaultAsked(null, refused.Detail),
            _ => new DefaultAsked(null, "The engine's answer is not known."),
        };
}
