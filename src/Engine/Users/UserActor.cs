using HostAtlas.Engine.Cluster;

namespace HostAtlas.Engine.Users;

/// <summary>One person. Its address is a keyed hash of the e-mail address.</summary>
public sealed class UserActor(string id, TimeProvider time, JournalSeal seal)
    : EntityActor<UserState>($"user-{id}", UserState.Nobody, TimeSpan.FromMinutes(10), seal)
{
    /// <inheritdoc />
    protected override bool Exists => State.User is not null;

    /// <inheritdoc />
    protected override UserState Apply(UserState state, IEntityEvent happened) => UserState.Apply(state, happened);

    /// <inheritdoc />
    protected override bool IsForThis(object message) => message is not IUserCommand command ||
        string.Equals(command.Address.Value, id, StringComparison.OrdinalIgnoreCase);

    /// <inheritdoc />
    protected override bool Handle(object message)
    {
        if (message is not IUserCommand command) return false;
        Carry(UserDecisions.Decide(State, command, time.GetUtcNow()));
        return true;
    }
}
