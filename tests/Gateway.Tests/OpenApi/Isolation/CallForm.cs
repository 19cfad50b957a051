namespace HostAtlas.Gateway.Tests.OpenApi.Isolation;

/// <summary>
/// How a valid call of an operation is built.
/// </summary>
/// <param name="Kinds">For each place that takes an id (<see cref="IdPlaces"/>) what the id is of. X-Team stands for itself.</param>
/// <param name="Body">The body, with <c>{{/pointer}}</c> where an id goes; null for none.</param>
/// <param name="Takes">
/// The id is the caller's own to choose, so any is taken; that somebody else chose the same must not show either.
/// </param>
internal sealed record CallForm(IReadOnlyDictionary<string, string> Kinds, string? Body = null, bool Takes = false)
{
    // What an agent calls to make and read backups.
    private static readonly Dictionary<string, CallForm> OfBackups = new()
    {
        ["beginBackup"] = Of("body:/snapshot=snapshot body:/parent=snapshot",
            """{"request": "{{request}}", "snapshot": "{{/snapshot}}", "parent": "{{/parent}}"}""", takes: true),
        ["requestUploads"] = Of("body:/snapshot=snapshot body:/objects/name=object body:/reused=object", """
            {"request": "{{request}}", "snapshot": "{{/snapshot}}", "reused": ["packs/{{/reused}}"], "objects":
            [{"name": "indexes/{{/objects/name}}", "size": 1,
              "sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"}]}
            """),
        ["commitBackup"] = Of("body:/snapshot=snapshot body:/snapshotObject=object", """
            {"request": "{{request}}", "snapshot": "{{/snapshot}}", "snapshotObject": "snapshots/{{/snapshotObject}}",
             "objects": 1, "bytes": 1}
            """),
        ["requestDownloads"] = Of(
            "body:/objects=object", """{"request": "{{request}}", "objects": ["packs/{{/objects}}"]}""", takes: true),
        ["reportDrill"] = Of("body:/snapshot=snapshot",
            """{"request": "{{request}}", "snapshot": "{{/snapshot}}", "at": 1, "files": 1, "bytes": 1, "failed": 0}""", takes: true),
    };

    /// <summary>Every operation with an id. One that is not here fails the test: whoever adds an endpoint says how it is called.</summary>
    public static readonly IReadOnlyDictionary<string, CallForm> All = new Dictionary<string, CallForm>(OfBackups)
    {
        // To a person it lists the person's own teams, whatever X-Team says.
        ["listTeams"] = Of("query:cursor=team", takes: true),
        ["getTeam"] = Of(""),
        ["getTeamRetention"] = Of(""),
        ["putTeamRetention"] = Of("", Retention),
        ["renameTeam"] = Of("", """{"name": "Another"}"""),
        ["listMembers"] = Of("query:cursor=user"),
        ["inviteMember"] = Of("", """{"email": "another@example.org", "role": "viewer"}"""),
        ["changeRole"] = Of("path:id=user", """{"role": "viewer"}"""),
        ["removeMember"] = Of("path:id=user"),
        ["resetMember"] = Of("path:id=user"),
        ["listInvitations"] = Of("query:cursor=invitation"),
        ["invite"] = Of("", """{"role": "viewer"}"""),
        ["withdrawInvitation"] = Of("path:id=invitation"),
        ["listSessions"] = Of("query:cursor=session"),
        ["endSession"] = Of("path:id=session"),
        ["renameServer"] = Of("path:id=server", """{"name": "another"}"""),
        ["deleteServer"] = Of("path:id=server"),
        ["rotateKey"] = Of("path:id=key", """{"overlapSeconds": 0}"""),
        ["listServers"] = Of("query:cursor=server"),
        ["addServer"] = Of("", """{"name": "another"}"""),
        ["getServer"] = Of("path:id=server"),
        ["rotateServerToken"] = Of("path:id=server", """{"overlapSeconds": 0}"""),
        ["getMetrics"] = Of("path:id=server"),
        ["listLogs"] = Of("path:id=server query:cursor=server"),
        ["getInventory"] = Of("path:id=server"),
        ["listCommands"] = Of("path:id=server query:cursor=command"),
        // One was asked for already, so each further one is refused, and none fills the queue.
        ["sendCommand"] = Of("path:id=server body:/id=command", """{"kind": "backup.run", "id": "{{/id}}"}""", takes: true),
        ["getBackups"] = Of("path:id=server query:cursor=snapshot"),
        ["listBackupEvents"] = Of("path:id=server query:cursor=snapshot"),
        ["freezeBackups"] = Of("path:id=server", """{"reason": "a test"}"""),
        ["resumeBackups"] = Of("path:id=server", """{"reason": "a test"}"""),
        ["getRetention"] = Of("path:id=server"),
        ["putRetention"] = Of("path:id=server", Retention),
        ["inheritRetention"] = Of("path:id=server"),
        ["cancelDeletion"] = Of("path:id=server", """{"reason": "a test"}"""),
        ["listAudit"] = Of("query:cursor=server query:actor=user"),
        ["exportAudit"] = Of(""),
        ["watchTeam"] = Of(""),
        ["listKeys"] = Of("query:cursor=key"),
        ["createKey"] = Of("", """{"name": "another", "scopes": ["read"]}"""),
        ["revokeKey"] = Of("path:id=key"),
        ["getNotifications"] = Of(""),
        ["setNotifications"] = Of("body:/items/id=channel", Channels),
        ["rotateChannelSecret"] = Of("path:id=channel", """{"overlapSeconds": 0}"""),
        ["tryChannel"] = Of("path:id=channel"),
        ["sendMetrics"] = Of(
            "body:/batch=batch", """{"batch": "{{/batch}}", "reports": [{"at": 1712150400000, "values": {"cpu": 1}}]}""", takes: true),
        ["sendLogs"] = Of(
            "body:/batch=batch", """{"batch": "{{/batch}}", "lines": [{"at": 1712150400000, "source": "s", "text": "t"}]}""", takes: true),
        ["sendInventory"] = Of("", """
            {"request": "{{request}}", "host": {}, "cron": [], "certificates": [], "agent": {"version": "1", "started": 0}}
            """),
        ["pollCommands"] = Of("", """{"request": "{{request}}", "wait": 0}"""),
        ["sendResult"] = Of("path:id=command", """{"request": "{{request}}", "status": "done", "detail": ""}"""),
        ["putObject"] = Of("path:team=team path:server=server path:object=object"),
        ["getObject"] = Of("path:team=team path:server=server path:object=object"),
    };

    private const string Channels =
        """{"items": [{"id": "{{/items/id}}", "kind": "webhook", "url": "https://192.0.2.1/hook", "events": ["*"]}]}""";

    private const string Retention = """{"last": 1, "daily": 1, "weekly": 1, "monthly": 1, "yearly": 1, "floorDays": 30}""";

    private static CallForm Of(string kinds, string? body = null, bool takes = false) => new(
        kinds.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(kind => kind.Split('='))
            .ToDictionary(kind => kind[0], kind => kind[1], StringComparer.Ordinal), body, takes);
}
