namespace HostAtlas.Gateway.People.Rights;

/// <summary>Everything a person or a key can ask of a team: a closed set, each with its row in <see cref="RightsTable"/>.</summary>
internal enum Operation
{
    /// <summary>Name, role and plan of the team.</summary>
    ReadTeam,

    /// <summary>Another name for the team.</summary>
    RenameTeam,

    /// <summary>The members, with their addresses.</summary>
    ReadMembers,

    /// <summary>Another role for a member; <see cref="Engine.Teams.MembershipRules"/> says which and for whom.</summary>
    ChangeRole,

    /// <summary>The end of a membership: one's own, or another's within the same rules.</summary>
    EndMembership,

    /// <summary>A link that sets a member's password anew.</summary>
    ResetMember,

    /// <summary>The open invitations.</summary>
    ReadInvitations,

    /// <summary>A new invitation, up to the own role.</summary>
    Invite,

    /// <summary>The end of an invitation that nobody has accepted.</summary>
    WithdrawInvitation,

    /// <summary>The list of servers and each of them.</summary>
    ReadServers,

    /// <summary>A server's metrics.</summary>
    ReadMetrics,

    /// <summary>A server's log lines.</summary>
    ReadLogs,

    /// <summary>A server's inventory.</summary>
    ReadInventory,

    /// <summary>What a server's agent was asked to do.</summary>
    ReadCommands,

    /// <summary>Something for a server's agent to do.</summary>
    SendCommand,

    /// <summary>How a server's backups stand.</summary>
    ReadBackups,

    /// <summary>Nothing enters a server's backups until somebody resumes them.</summary>
    FreezeBackups,

    /// <summary>A server's backups go on, and what was hit may be accepted.</summary>
    ResumeBackups,

    /// <summary>What stays of a server's backups, and for how long.</summary>
    ChangeRetention,

    /// <summary>Nothing of a server's backups is deleted for now.</summary>
    CancelDeletion,

    /// <summary>A new server, whose first agent token is shown once.</summary>
    AddServer,

    /// <summary>Another name for a server.</summary>
    RenameServer,

    /// <summary>The end of a server.</summary>
    DeleteServer,

    /// <summary>A new agent token for a server.</summary>
    RotateToken,

    /// <summary>Metadata of the API keys.</summary>
    ReadKeys,

    /// <summary>A new API key.</summary>
    CreateKey,

    /// <summary>Another text for an API key.</summary>
    RotateKey,

    /// <summary>The end of an API key.</summary>
    RevokeKey,

    /// <summary>On which channels the team is told of what happens.</summary>
    ReadNotifications,

    /// <summary>Other channels, another secret for one, or a trial on one.</summary>
    ChangeNotifications,

    /// <summary>The audit log, as pages and as an export.</summary>
    ReadAudit,

    /// <summary>To hear of changes as they happen; of which, <see cref="ChangeRights"/> says.</summary>
    WatchTeam,
}
