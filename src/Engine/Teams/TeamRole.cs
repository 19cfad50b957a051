namespace HostAtlas.Engine.Teams;

/// <summary>What a person may do in a team; each role includes those below it.</summary>
public enum TeamRole
{
    /// <summary>Reads.</summary>
    Viewer = 0,

    /// <summary>Reads and runs servers.</summary>
    Member = 1,

    /// <summary>Also manages members and keys.</summary>
    Admin = 2,

    /// <summary>Also owns the plan and the team; the last owner stays.</summary>
    Owner = 3,
}

/// <summary>What an API key may do.</summary>
[Flags]
public enum KeyScopes
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary><c>read</c>.</summary>
    Read = 1,

    /// <summary><c>write</c>.</summary>
    Write = 2,

    /// <summary><c>servers:enroll</c>: makes servers.</summary>
    ServersEnroll = 4,
}
