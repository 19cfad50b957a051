using HostAtlas.Engine.Cluster;
using HostAtlas.Shared.Ids;

namespace HostAtlas.Engine.Teams;

/// <summary>One team. Its address is the team's id.</summary>
public sealed class TeamActor(string id, TimeProvider time, JournalSeal seal)
    : EntityActor<TeamState>($"team-{id}", TeamState.Nobody, TimeSpan.FromMinutes(10), seal)
{
    private readonly TeamId _team = ResourceId.Parse<TeamId>(id);

    /// <inheritdoc />
    protected override bool Exists => State.Exists;

    /// <inheritdoc />
    protected override TeamState Apply(TeamState state, IEntityEvent happened) => TeamState.Apply(state, happened);

    /// <inheritdoc />
    protected override bool IsForThis(object message) => message is not ITeamCommand command || command.Team == _team;

    /// <inheritdoc />
    protected override bool Handle(object message)
    {
        if (message is not ITeamCommand command) return false;
        Carry(TeamDecisions.Decide(State, command, time.GetUtcNow()));
        return true;
    }
}
