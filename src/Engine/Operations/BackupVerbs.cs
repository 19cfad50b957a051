using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using HostAtlas.Engine.Audit;
using HostAtlas.Engine.Backups;
using HostAtlas.Engine.Backups.Retention;
using HostAtlas.Engine.Teams;
using HostAtlas.Shared.Ids;

namespace HostAtlas.Engine.Operations;

/// <summary>
/// <c>backups …</c>. Read-only: who runs the platform must be able to say why a server's backups stand still, and must not be able to let
/// them go on. States, times and ids; no reason in a person's words, no evidence.
/// </summary>
internal static class BackupVerbs
{
    /// <summary>Shows how a server's chain stands.</summary>
    public static async Task<OpsAnswer> ShowAsync(OpsPlatform platform, OpsRequest request, CancellationToken cancellation)
    {
        if (!ResourceId.TryParse<TeamId>(request.Argument("team"), out var team)
            || !ResourceId.TryParse<ServerId>(request.Argument("server"), out var server))
            return OpsAnswer.WrongUsage("TEAM-ID and SERVER-ID are UUIDs in lower case with hyphens.");
        var reply = await platform.Engine.AskAsync(new ShowBackups(team, server), cancellation).ConfigureAwait(false);
        if (reply is not BackupsShown shown) return OpsAnswer.Failed(((Refused)reply).Detail);
        // Of a server that was never there the entity knows nothing, and would call its chain open.
        if (shown is { Head: null, Schedule: null, Runs.Count: 0, History.Count: 0 }
            && await platform.Engine.AskAsync(new FindServer(team, server), cancellation).ConfigureAwait(false) is Refused unknown)
            return OpsAnswer.Failed(unknown.Detail);
        var facts = Facts(shown, await platform.Catalogue.SpaceAsync(team, server, shown, cancellation).ConfigureAwait(false));
        return new OpsAnswer(0, request.Json ? new JsonObject(facts.Select(fact =>
            KeyValuePair.Create(fact.Name, (JsonNode?)fact.Value))).ToJsonString() + "\n" : Draw(facts));
    }

    /// <summary>What is shown, in order; null where there is nothing to say.</summary>
    internal static IReadOnlyList<(string Name, string? Value)> Facts(BackupsShown shown, VaultSpace space) =>
    [
        ("chain", AuditNames.Of(shown.Chain)),
        ("since", Time(shown.Since)),
        ("cause", shown.Verdict switch
        {
            { Frozen: { } frozen } => AuditNames.Of(frozen),
            { Suspect: { } suspect } => AuditNames.Of(suspect),
            _ => null,
        }),
        ("by", shown.Verdict?.By is { } by ? AuditNames.OfActor(by.Kind) : null),
        ("unprotectedSince", Time(shown.UnprotectedSince)),
        ("lastSnapshot", shown.Head?.Snapshot.ToString()),
        ("lastSnapshotAt", Time(shown.Head?.At)),
        ("pinned", shown.Pinned?.ToString()),
        ("heldBackFiles", shown.HeldBack is { } held ? Number(held.Files) : null),
        ("heldBackSince", Time(shown.HeldBack?.Since)),
        ("openRuns", Number(shown.Runs.Count)),
        ("retentionStopped", shown.Retention is { } retention ? AuditNames.Of(retention.Stop) : null),
        ("heldUntil", Time(shown.Retention?.HeldUntil)),
        ("bytes", Number(space.Total.Bytes)),
        ("waitingObjects", Number(space.Noticed.Objects)),
        ("waitingBytes", Number(space.Noticed.Bytes)),
        ("deletedFrom", Time(space.FirstNoticedAt + ObjectExpiry.NoticeTime)),
        ("goingBytes", Number(space.Marked.Bytes)),
        ("lockedBytes", Number(space.Held.Sum.Bytes)),
        ("lockedUntil", Time(space.Held.Until)),
    ];

    private static string Draw(IReadOnlyList<(string Name, string? Value)> facts)
    {
        var text = new StringBuilder();
        var width = facts.Max(fact => fact.Name.Length);
        foreach (var (name, value) in facts) text.Append(name.PadRight(width)).Append("  ").Append(value ?? "-").Append('\n');
        return text.ToString();
    }

    private static string Number(long number) => number.ToString(CultureInfo.InvariantCulture);

    private static string? Time(DateTimeOffset? time) => time is { } known ? OpsTime.Of(known) : null;
}
