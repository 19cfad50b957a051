using HostAtlas.Engine.Teams;

namespace HostAtlas.Gateway.People.Rights;

/// <summary>Roles and scopes as the protocol spells them.</summary>
internal static class WireNames
{
    /// <summary>A scope's bit; None for a name that is none.</summary>
    public static KeyScopes Scope(string name) => name switch
    {
        "read" => KeyScopes.Read,
        "write" => KeyScopes.Write,
        "servers:enroll" => KeyScopes.ServersEnroll,
        _ => KeyScopes.None,
    };

    /// <summary>The names of all bits, in a fixed order.</summary>
    public static IReadOnlyList<string> Of(KeyScopes scopes)
    {
        var names = new List<string>(3);
        if (scopes.HasFlag(KeyScopes.Read)) names.Add("read");
        if (scopes.HasFlag(KeyScopes.Write)) names.Add("write");
        if (scopes.HasFlag(KeyScopes.ServersEnroll)) names.Add("servers:enroll");
        return names;
    }

    /// <summary>A role; null for a name that is none.</summary>
    public static TeamRole? Role(string name) => name switch
    {
        "viewer" => TeamRole.Viewer,
        "member" => TeamRole.Member,
        "admin" => TeamRole.Admin,
        "owner" => TeamRole.Owner,
        _ => null,
    };

    /// <summary>A role's name.</summary>
    public static string Of(TeamRole role) => role switch
    {
        TeamRole.Viewer => "viewer",
        TeamRole.Member => "member",
        TeamRole.Admin => "admin",
        TeamRole.Owner => "owner",
        _ => throw new ArgumentOutOfRangeException(nameof(role)),
    };
}
