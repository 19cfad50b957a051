namespace HostAtlas.Gateway.People.Rights;

/// <summary>Everything a person or a key can ask of a team: a closed set, each with its row in <see cref="RightsTable"/>.</summary>
internal enum Operation
{
    /// <summary>Name and role of the team.</summary>
    ReadTeam,

    /// <summary>The list of servers and each of them.</summary>
    ReadServers,

    /// <summary>A server's metrics.</summary>
    ReadMetrics,

    /// <summary>How a server's backups stand.</summary>
    ReadBackups,

    /// <summary>A new server, whose first agent token is shown once.</summary>
    AddServer,

    /// <summary>A new agent token for a server.</summary>
    RotateToken,

    /// <summary>Metadata of the API keys.</summary>
    ReadKeys,

    /// <summary>A new API key.</summary>
    CreateKey,

    /// <summary>The end of an API key.</summary>
    RevokeKey,

    /// <summary>The audit log, as pages and as an export.</summary>
    ReadAudit,
}
