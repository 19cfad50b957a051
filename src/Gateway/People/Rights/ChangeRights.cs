namespace HostAtlas.Gateway.People.Rights;

/// <summary>
/// Who hears of a change: whoever may read what has changed. A kind's first word names the room; one that has no line here is for those who
/// may read the audit log, so a new room is closed until somebody opens it.
/// </summary>
internal static class ChangeRights
{
    private static readonly Dictionary<string, Operation> Rooms = new(StringComparer.Ordinal)
    {
        ["team"] = Operation.ReadTeam,
        ["member"] = Operation.ReadMembers,
        ["invitation"] = Operation.ReadInvitations,
        ["server"] = Operation.ReadServers,
        ["backups"] = Operation.ReadBackups,
        ["key"] = Operation.ReadKeys,
        ["channel"] = Operation.ReadNotifications,
    };

    /// <summary>The operation that somebody must be allowed to hear of a change of this kind.</summary>
    public static Operation Of(string kind) => Rooms.GetValueOrDefault(kind.Split('.')[0], Operation.ReadAudit);

    /// <summary>Whether this caller hears of it.</summary>
    public static bool Allows(Grant grant, string kind) =>
        grant.Role is { } role ? RightsTable.Allows(role, Of(kind)) : RightsTable.Allows(grant.Scopes, Of(kind));
}
