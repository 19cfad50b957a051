using HostAtlas.Engine.Cluster;
using HostAtlas.Shared.Ids;

namespace HostAtlas.Engine.Teams;

public static partial class TeamDecisions
{
    private static readonly Decision NoSuchServer = Decision.Refuse(RefusalKind.NotFound, "There is no such server.");

    private static Decision Add(TeamState state, AddServer command, DateTimeOffset now)
    {
        if (state.Servers.TryGetValue(command.Server, out var known))
            return known.Name == command.Name
                ? Decision.Answer(new ServerAdded(command.Server, known.Name, known.CreatedAt))
                : Decision.Refuse(RefusalKind.Conflict, "There is a server of this id.");
        if (state.PlanServers is { } plan && state.Servers.Count >= plan)
            return Decision.Refuse(RefusalKind.PlanLimitReached,
                $"The plan holds {plan} servers and all are taken. Remove one, or have the plan raised.");
        if (command.EnrolledByKey && IsTaken(state, command.Name, but: command.Server))
            return Decision.Refuse(RefusalKind.Conflict,
                $"There is a server named '{command.Name}'. To install the agent on it again, rotate its token and enrol with that; "
                + "else choose another name.");
        return Decision.Journal(
            new ServerJoined(command.Server, command.Name, now, command.By), new ServerAdded(command.Server, command.Name, now));
    }

    private static Decision Rename(TeamState state, RenameServer command, DateTimeOffset now) =>
        !state.Servers.TryGetValue(command.Server, out var server) ? NoSuchServer
        : server.Name == command.Name ? Granted
        : command.ByKey && IsTaken(state, command.Name, but: command.Server)
            ? Decision.Refuse(RefusalKind.Conflict, $"There is a server named '{command.Name}'. Choose another name.")
        : Decision.Journal(new ServerRenamed(command.Server, server.Name, command.Name, now, command.By), Done.Instance);

    // Scripts tell servers by their names; people by what else they see.
    private static bool IsTaken(TeamState state, string name, ServerId but) => state.Servers.Any(server =>
        server.Key != but && string.Equals(server.Value.Name, name, StringComparison.OrdinalIgnoreCase));
}
