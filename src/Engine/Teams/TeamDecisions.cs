using HostAtlas.Engine.Cluster;
using HostAtlas.Shared.Ids;
using HostAtlas.Shared.Tokens;

namespace HostAtlas.Engine.Teams;

/// <summary>What a team answers to each command, and what it journals for it. Pure.</summary>
public static partial class TeamDecisions
{
    /// <summary>API keys a team may hold.</summary>
    public const int MaxKeys = 100;

    private static readonly Decision NoSuchTeam = Decision.Refuse(RefusalKind.NotFound, "There is no such team.");
    private static readonly Decision NoSuchCredential =
        Decision.Refuse(RefusalKind.CredentialsRejected, "The credential is not valid here.");
    private static readonly Decision Granted = Decision.Answer(Done.Instance);

    /// <summary>Decides.</summary>
    public static Decision Decide(TeamState state, ITeamCommand command, DateTimeOffset now) => command switch
    {
        IssueInvitation c => Issue(state, c, now),
        InspectInvitation c => Inspect(state, c.Invitation, c.Hash, c.Email, now),
        AcceptInvitation c => Accept(state, c, now),
        AuthorizeKey when state.Name is null => NoSuchCredential,
        _ when state.Name is null => NoSuchTeam,
        AuthorizeUser c => state.Members.TryGetValue(c.User, out var member)
            ? Decision.Answer(new Authorized(c.Team, state.Name, member.Role, KeyScopes.None, KeyName: null))
            : NoSuchTeam,
        AuthorizeKey c => state.Keys.TryGetValue(c.Key, out var key) && key.Hash == c.Hash
            ? Decision.Answer(new Authorized(c.Team, state.Name, null, key.Scopes, key.Name))
            : NoSuchCredential,
        ShowTeam c => Decision.Answer(Shown(state, c.Team, state.Name)),
        RenameTeam c => state.Name == c.Name
            ? Decision.Answer(Shown(state, c.Team, c.Name))
            : Decision.Journal(new TeamRenamed(state.Name, c.Name, now, c.By), Shown(state, c.Team, c.Name)),
        ListInvitations => Decision.Answer(OpenInvitations(state, now)),
        WithdrawInvitation c => Withdraw(state, c, now),
        ListMembers => Decision.Answer(Members(state)),
        ChangeRole c => Change(state, c, now),
        RemoveMember c => Remove(state, c, now),
        AddServer c => Add(state, c, now),
        FindServer c => state.Servers.ContainsKey(c.Server) ? Granted : Decision.Refuse(RefusalKind.NotFound, "There is no such server."),
        SetPlan { Servers: < 0 } => Decision.Refuse(RefusalKind.InvalidContent, "A plan holds 0 servers or more."),
        SetPlan c => state.PlanServers == c.Servers
            ? Granted
            : Decision.Journal(new PlanSet(c.Servers, now, c.By, new PlanLimit(state.PlanServers)), Done.Instance),
        AddKey c => Add(state, c, now),
        RevokeKey c => state.Keys.ContainsKey(c.Key)
            ? Decision.Journal(new KeyRevoked(c.Key, now, c.By), Done.Instance)
            : Decision.Refuse(RefusalKind.NotFound, "There is no such key."),
        ListKeys => Decision.Answer(new TeamKeys([.. state.Keys
            .OrderByDescending(key => key.Value.CreatedAt).ThenBy(key => key.Key.Value)
            .Select(key => new TeamKey(key.Key, key.Value.Name, key.Value.Scopes, key.Value.CreatedAt))])),
        _ => Decision.Refuse(RefusalKind.Internal, "This version does not know the command."),
    };

    private static TeamShown Shown(TeamState state, TeamId team, string name) =>
        new(team, name, state.PlanServers, state.Servers.Count);

    private static Decision Add(TeamState state, AddServer command, DateTimeOffset now)
    {
        if (state.Servers.TryGetValue(command.Server, out var known))
            return known.Name == command.Name
                ? Decision.Answer(new ServerAdded(command.Server, known.Name, known.CreatedAt))
                : Decision.Refuse(RefusalKind.Conflict, "There is a server of this id.");
        if (state.PlanServers is { } plan && state.Servers.Count >= plan)
            return Decision.Refuse(RefusalKind.PlanLimitReached,
                $"The plan holds {plan} servers and all are taken. Remove one, or have the plan raised.");
        if (command.EnrolledByKey
            && state.Servers.Values.Any(server => string.Equals(server.Name, command.Name, StringComparison.OrdinalIgnoreCase)))
            return Decision.Refuse(RefusalKind.Conflict,
                $"There is a server named '{command.Name}'. To install the agent on it again, rotate its token and enrol with that; "
                + "else choose another name.");
        return Decision.Journal(
            new ServerJoined(command.Server, command.Name, now, command.By), new ServerAdded(command.Server, command.Name, now));
    }

    private static Decision Add(TeamState state, AddKey command, DateTimeOffset now) =>
        state.Keys.TryGetValue(command.Key, out var known)
            ? known.Hash == command.Hash ? Granted : Decision.Refuse(RefusalKind.Conflict, "There is a key of this id.")
        : state.Keys.Count >= MaxKeys
            ? Decision.Refuse(RefusalKind.Conflict, $"A team has at most {MaxKeys} keys. Revoke one that is not needed.")
        : Decision.Journal(new KeyAdded(command.Key, command.Name, command.Scopes, command.Hash, now, command.By), Done.Instance);
}
