using HostAtlas.Engine.Cluster;
using HostAtlas.Shared.Ids;

namespace HostAtlas.Engine.Teams;

public static partial class TeamDecisions
{
    /// <summary>Members of a team: a list of them is one message.</summary>
    public const int MaxMembers = 500;

    private static readonly Decision NoSuchMember = Decision.Refuse(RefusalKind.NotFound, "There is no such member.");
    private static readonly Decision LastOwnerStays =
        Decision.Refuse(RefusalKind.Conflict, "A team has an owner. Make somebody else one first.");

    private static Decision Change(TeamState state, ChangeRole command, DateTimeOffset now)
    {
        if (!state.Members.TryGetValue(command.User, out var member)) return NoSuchMember;
        if (RoleOf(state, command.By) is not { } by || !MembershipRules.MayChange(by, member.Role, command.Role))
            return Decision.Refuse(RefusalKind.NotPermitted,
                "Nobody grants a role above their own, or changes who has one. Ask an owner of the team.");
        var shown = new MemberShown(new TeamMember(command.User, member.Email, command.Role, member.JoinedAt));
        if (member.Role == command.Role) return Decision.Answer(shown);
        return IsLastOwner(state, member)
            ? LastOwnerStays
            : Decision.Journal(new RoleChanged(command.User, member.Email, member.Role, command.Role, now, command.By), shown);
    }

    private static Decision Remove(TeamState state, RemoveMember command, DateTimeOffset now)
    {
        if (!state.Members.TryGetValue(command.User, out var member)) return NoSuchMember;
        var leaves = command.By is { Kind: AuthorKind.Person } && command.By.Id == command.User.Value;
        if (!leaves && (RoleOf(state, command.By) is not { } by || !MembershipRules.Governs(by, member.Role)))
            return Decision.Refuse(
                RefusalKind.NotPermitted, "Your role does not allow you to remove this member. Ask an owner of the team.");
        return IsLastOwner(state, member)
            ? LastOwnerStays
            : Decision.Journal(
                new MemberLeft(command.User, member.Email, member.Role, now, command.By),
                new MemberShown(new TeamMember(command.User, member.Email, member.Role, member.JoinedAt)));
    }

    private static TeamMembers Members(TeamState state) => new([.. state.Members
        .OrderBy(member => member.Value.JoinedAt).ThenBy(member => member.Key.Value)
        .Select(member => new TeamMember(member.Key, member.Value.Email, member.Value.Role, member.Value.JoinedAt))]);

    private static bool IsLastOwner(TeamState state, Member member) =>
        member.Role == TeamRole.Owner && state.Members.Values.Count(other => other.Role == TeamRole.Owner) == 1;

    /// <summary>
    /// What the author of a command is here at this moment; null for somebody who is no member, and for keys and servers, which deal with
    /// no memberships. Whoever runs the platform stands beside the owners.
    /// </summary>
    private static TeamRole? RoleOf(TeamState state, Author by) => by.Kind switch
    {
        AuthorKind.Operator or AuthorKind.Platform => TeamRole.Owner,
        AuthorKind.Person => state.Members.FirstOrDefault(member => member.Key.Value == by.Id).Value?.Role,
        _ => null,
    };
}
