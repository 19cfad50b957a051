using HostAtlas.Engine;
using HostAtlas.Engine.Audit;
using HostAtlas.Engine.Backups;
using HostAtlas.Gateway.People.Rights;
using HostAtlas.Shared.Backups;
using HostAtlas.Shared.Ids;

namespace HostAtlas.Gateway.People;

/// <summary>How a chain stands and why, for people: the entity's verdict with the evidence that it names.</summary>
internal sealed class ChainEvidence(BackupCatalogue catalogue)
{
    /// <summary>The view. People see who it was; a key, which lies on other machines, is told no address of a person.</summary>
    public async Task<ChainView> ViewAsync(Grant grant, ServerId server, BackupsShown shown, CancellationToken cancellation)
    {
        var verdict = shown.Verdict;
        var row = shown.KeptEvidence is { } number ? await catalogue.EvidenceAsync(grant.Team, server, number, cancellation) : null;
        return new ChainView(
            BackupNames.Of(shown.Chain), shown.Since?.ToUniversalTime(), CauseOf(verdict), ByView.Of(verdict?.By, grant),
            verdict?.Reason, shown.UnprotectedSince?.ToUniversalTime(), shown.Pinned, verdict?.Canaries ?? [], EvidenceView.Of(row))
        {
            HeldBack = HeldBackView.Of(shown.HeldBack),
        };
    }

    private static string? CauseOf(ChainVerdict? verdict) => verdict switch
    {
        { Frozen: { } cause } => AuditNames.Of(cause),
        { Suspect: { } cause } => AuditNames.Of(cause),
        _ => null,
    };
}

/// <summary>A chain's state. Times are ISO 8601 in UTC.</summary>
/// <param name="State"><c>open</c>, <c>suspect</c> or <c>frozen</c>.</param>
/// <param name="Since">When it became so; null while it has always been open.</param>
/// <param name="Cause">Why; null while it is open.</param>
/// <param name="By">Who froze it; null when nobody did.</param>
/// <param name="Reason">In the words of the person who froze it.</param>
/// <param name="UnprotectedSince">While frozen: what came after that is in no snapshot.</param>
/// <param name="Pinned">The snapshot that stays whatever retention says: the last one before the freeze.</param>
/// <param name="ChangedCanaries">Path ids of canaries that are not what was planted.</param>
/// <param name="Evidence">
/// Of the run that gave cause, or that told of files held back; null when none did, or when it is not kept any more.
/// </param>
internal sealed record ChainView(
    string State, DateTimeOffset? Since, string? Cause, ByView? By, string? Reason, DateTimeOffset? UnprotectedSince, SnapshotId? Pinned,
    IReadOnlyList<string> ChangedCanaries, EvidenceView? Evidence)
{
    /// <summary>Files that the newest snapshot has in an earlier version; null for none.</summary>
    public HeldBackView? HeldBack { get; init; }
}

/// <summary>Files that look encrypted and keep their last clean version.</summary>
/// <param name="Runs">Committed runs in a row that held some back.</param>
/// <param name="Since">The first of them.</param>
/// <param name="Incomplete">There were three or more of them: the backup counts as incomplete.</param>
internal sealed record HeldBackView(long Files, int Runs, DateTimeOffset Since, bool Incomplete)
{
    /// <summary>The entity's own record for people.</summary>
    public static HeldBackView? Of(HeldBackFiles? held) => held is null ? null : new HeldBackView(
        held.Files, held.Runs, held.Since.ToUniversalTime(), held.Runs >= BackupDecisions.HeldBackRunsTold);
}

/// <summary>Who did something. <paramref name="Name"/>: a person's address, a key's name; null for callers that are no person.</summary>
internal sealed record ByView(string Kind, Guid? Id, string? Name)
{
    /// <summary>The author, as this caller may see it.</summary>
    public static ByView? Of(Author? by, Grant grant) =>
        by is null ? null : new ByView(AuditNames.OfActor(by.Kind), by.Id, grant.ByKey ? null : by.Name);
}

/// <summary>What an agent's gate told of a run, in short.</summary>
/// <param name="Snapshot">The run.</param>
/// <param name="At">When the platform got it.</param>
/// <param name="State">What the agent made of it.</param>
/// <param name="Hits">The first of those that it listed.</param>
/// <param name="HitsOmitted">Hits that are not listed here.</param>
internal sealed record EvidenceView(
    SnapshotId Snapshot, DateTimeOffset At, string State, long Files, long ChangedFiles, long GoneFiles, long HitFiles, long HitBytes,
    long HeldBackFiles, long FirstSeenFiles, IReadOnlyDictionary<string, long> Rules, IReadOnlyList<string> RunRules,
    IReadOnlyDictionary<string, long> Types, IReadOnlyList<HitView> Hits, long HitsOmitted)
{
    /// <summary>Hits that are shown.</summary>
    public const int HitsShown = 100;

    /// <summary>The kept evidence for people; null for none, or for what this version cannot read.</summary>
    public static EvidenceView? Of(EvidenceRow? row) => row is not null && GateEvidenceForm.TryRead(row.Gate) is { } gate
        ? new EvidenceView(
            row.Run, row.At.ToUniversalTime(), gate.State, gate.Files, gate.ChangedFiles, gate.GoneFiles, gate.HitFiles, gate.HitBytes,
            gate.HeldBackFiles, gate.FirstSeenFiles, gate.Rules, gate.RunRules, gate.Types,
            [.. gate.Hits.Take(HitsShown).Select(hit =>
                new HitView(hit.Path, hit.Content, hit.Rules, hit.Bytes, hit.HeldBack, hit.Clear))],
            gate.HitsOmitted + Math.Max(0, gate.Hits.Count - HitsShown))
        : null;
}

/// <summary>A file that was hit. <paramref name="Clear"/>: its path; null unless its host's own configuration says so.</summary>
internal sealed record HitView(string Path, string Content, IReadOnlyList<string> Rules, long Bytes, bool HeldBack, string? Clear);
