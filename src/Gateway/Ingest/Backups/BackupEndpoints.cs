using HostAtlas.Engine;
using HostAtlas.Engine.Backups;
using HostAtlas.Engine.Servers;
using HostAtlas.Engine.Vault;
using HostAtlas.Shared.Ids;
using HostAtlas.Shared.Tokens;
using HostAtlas.Shared.Wire;

namespace HostAtlas.Gateway.Ingest.Backups;

/// <summary>What the endpoints below <c>/api/agent/backups/</c> share.</summary>
internal abstract class BackupEndpoint(string name, Func<BodyMembers, IAgentPayload> read) : AgentEndpoint
{
    /// <inheritdoc />
    public override string Path { get; } = "/api/agent/backups/" + name;

    /// <inheritdoc />
    public override AgentBody Parse(ReadOnlySpan<byte> utf8, AgentHeaders headers, TokenClaims<ServerId> claims) =>
        BodyMembers.Read(utf8, read);

    /// <summary>
    /// Tickets with whole addresses. One of the gateway's own is named by the host that the agent itself spoke to: agents talk to no other
    /// origin than those their own configuration lists, and the platform may have many names.
    /// </summary>
    protected static IReadOnlyList<ObjectTicket> Whole(HttpContext http, IReadOnlyList<VaultTicket> tickets) =>
        [.. tickets.Select(ticket => new ObjectTicket(
            ticket.Name, ticket.Method, ticket.Url.StartsWith('/') ? $"https://{http.Request.Host.Value}{ticket.Url}" : ticket.Url,
            ticket.Headers, ticket.ExpiresAt.ToUniversalTime()))];
}

/// <summary><c>begin</c>.</summary>
internal sealed class BeginEndpoint() : BackupEndpoint("begin", BackupBodies.Begin)
{
    /// <inheritdoc />
    public override Task WriteAsync(HttpContext http, IEngineReply reply) => reply is RunProceeds proceeds
        ? WriteAsync(http, StatusCodes.Status200OK, AnswerOf(proceeds), WireJson.Default.BackupProceeds)
        : throw Unexpected(reply);

    private static BackupProceeds AnswerOf(RunProceeds proceeds) => new(
        "proceed", proceeds.Chain == ChainStatus.Suspect ? "suspect" : "open", proceeds.Learning, proceeds.NewEpoch ? "new" : "same",
        [.. (proceeds.Accepted ?? HitPairs.None).Pairs.Select(pair => new AcceptedHit(pair.Path, pair.Content))]);
}

/// <summary><c>uploads</c>.</summary>
internal sealed class UploadsEndpoint() : BackupEndpoint("uploads", BackupBodies.Uploads)
{
    /// <inheritdoc />
    public override Task WriteAsync(HttpContext http, IEngineReply reply) => reply is UploadsGranted granted
        ? WriteAsync(
            http, StatusCodes.Status200OK, new UploadsAnswer(Whole(http, granted.Tickets), granted.Present, granted.Gone, granted.Later),
            WireJson.Default.UploadsAnswer)
        : throw Unexpected(reply);
}

/// <summary><c>commit</c>.</summary>
internal sealed class CommitEndpoint() : BackupEndpoint("commit", BackupBodies.Commit)
{
    /// <inheritdoc />
    public override Task WriteAsync(HttpContext http, IEngineReply reply) => reply is SnapshotKept kept
        ? WriteAsync(
            http, StatusCodes.Status201Created, new BackupCommitted(kept.Snapshot, kept.Generation, kept.Fingerprint),
            WireJson.Default.BackupCommitted)
        : throw Unexpected(reply);
}

/// <summary><c>list</c>.</summary>
internal sealed class ListEndpoint() : BackupEndpoint("list", BackupBodies.List)
{
    /// <inheritdoc />
    public override Task WriteAsync(HttpContext http, IEngineReply reply) => reply is SnapshotsListed listed
        ? WriteAsync(http, StatusCodes.Status200OK, new BackupList([.. listed.Items.Select(Item)]), WireJson.Default.BackupList)
        : throw Unexpected(reply);

    private static SnapshotItem Item(CommittedSnapshot item) =>
        new(item.Snapshot, item.Generation, item.Fingerprint, item.At.ToUnixTimeMilliseconds(), item.SnapshotObject, item.Bytes);
}

/// <summary><c>downloads</c>.</summary>
internal sealed class DownloadsEndpoint() : BackupEndpoint("downloads", BackupBodies.Downloads)
{
    /// <inheritdoc />
    public override Task WriteAsync(HttpContext http, IEngineReply reply) => reply is DownloadsGranted granted
        ? WriteAsync(
            http, StatusCodes.Status200OK, new DownloadsAnswer(Whole(http, granted.Tickets), granted.Gone),
            WireJson.Default.DownloadsAnswer)
        : throw Unexpected(reply);
}

/// <summary><c>drill</c>.</summary>
internal sealed class DrillEndpoint() : BackupEndpoint("drill", BackupBodies.Drill)
{
    /// <inheritdoc />
    public override Task WriteAsync(HttpContext http, IEngineReply reply) =>
        reply is Done ? AcceptAsync(http) : throw Unexpected(reply);
}
