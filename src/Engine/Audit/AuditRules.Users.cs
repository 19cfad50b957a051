using HostAtlas.Engine.Users;

namespace HostAtlas.Engine.Audit;

/// <content>
/// A person's events. Each names the teams concerned and stands once in the log of each of them: a rule here says which with its
/// <c>Teams</c>.
/// </content>
public static partial class AuditRules
{
    private static AuditRule[] OfUsers => [];

    private static (Type Event, string Why)[] UntoldOfUsers =>
    [
        (typeof(UserRegistered), "The person belongs to no team yet; the team that is joined tells of member.joined."),
        (typeof(MembershipNoted), "The team itself tells of member.joined; this is the person's own note of it."),
    ];
}
