using HostAtlas.Engine.Backups.Retention;
using HostAtlas.Engine.Cluster;
using HostAtlas.Shared.Ids;
using HostAtlas.Shared.Tokens;

namespace HostAtlas.Engine.Teams;

/// <summary>What a team answers to each command, and what it journals for it. Pure.</summary>
public static partial class TeamDecisions
{
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
        AuthorizeKey c => Authorize(state, c, now),
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
        FindServer c => state.Servers.ContainsKey(c.Server) ? Granted : NoSuchServer,
        RenameServer c => Rename(state, c, now),
        RemoveServer c => state.Servers.TryGetValue(c.Server, out var server)
            ? Decision.Journal(new ServerRemoved(c.Server, server.Name, now, c.By), Done.Instance)
            : NoSuchServer,
        SetPlan { Servers: < 0 } => Decision.Refuse(RefusalKind.InvalidContent, "A plan holds 0 servers or more."),
        SetPlan c => state.PlanServers == c.Servers
            ? Granted
            : Decision.Journal(
                new PlanSet(c.Servers, now, c.By, new PlanLimit(state.PlanServers)) { Name = state.Name }, Done.Instance),
        ChooseTeamRetention { Default.Fault: { } fault } => Decision.Refuse(RefusalKind.InvalidContent, fault),
        ChooseTeamRetention c => (state.Retention ?? RetentionDefault.OfThePlatform) == c.Default
            ? Granted
            : Decision.Journal(new TeamRetentionChosen(c.Default, state.Retention, now, c.By) { Name = state.Name }, Done.Instance),
        ShowTeamRetention => Decision.Answer(new TeamRetentionShown(state.Retention)),
        NoteRotation c => c.Number <= state.DataKey
            ? Granted
            : Decision.Journal(new DataKeyRotated(state.Name, c.Number, now, c.By), Done.Instance),
        NoteRebuild c => Decision.Journal(new TablesRebuilt(state.Name, now, c.By), Done.Instance),
        NoteAuditExport c => Decision.Journal(new AuditExported(now, c.By), Done.Instance),
        AddKey c => Add(state, c, now),
        RotateKey c => Rotate(state, c, now),
        RevokeKey c => state.Keys.TryGetValue(c.Key, out var key)
            ? Decision.Journal(new KeyRevoked(c.Key, key.Name, now, c.By), Done.Instance)
            : NoSuchKey,
        ListKeys => Decision.Answer(Keys(state)),
        SetChannels c => Set(state, c, now),
        RotateChannelSecret c => Rotate(state, c, now),
        NoteChannelGone c => Note(state, c, now),
        ListChannels => Decision.Answer(Channels(state)),
        FindChannel c => Find(state, c, now),
        _ => Decision.Refuse(RefusalKind.Internal, "This version does not know the command."),
    };

    private static TeamShown Shown(TeamState state, TeamId team, string name) =>
        new(team, name, state.PlanServers, state.Servers.Count);
}
