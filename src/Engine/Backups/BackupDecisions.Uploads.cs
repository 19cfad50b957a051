using System.Globalization;
using HostAtlas.Engine.Cluster;
using HostAtlas.Engine.Vault;
using HostAtlas.Shared;
using HostAtlas.Shared.Backups;
using HostAtlas.Shared.Ids;

namespace HostAtlas.Engine.Backups;

/// <content>What becomes of the objects that a run names.</content>
public static partial class BackupDecisions
{
    /// <summary>
    /// Names go into the run's needed set, for good: new ones at once, also those that get no ticket yet; reused ones only if the vault has
    /// them. A name that is gone, or marked by retention, never joins the set.
    /// </summary>
    /// <param name="state">The chain.</param>
    /// <param name="request">The request.</param>
    /// <param name="uploads">What it carries; each name at most once.</param>
    /// <param name="facts">What tables and vault say.</param>
    /// <param name="quotas">What server and team may send.</param>
    /// <param name="ticket">Makes a ticket: arithmetic only.</param>
    /// <param name="now">The entity's clock.</param>
    public static BackupDecision Uploads(
        BackupState state, BackupRequest request, UploadsPayload uploads, UploadFacts facts, BackupQuotas quotas,
        Func<AnnouncedObject, DateTimeOffset, VaultTicket> ticket, DateTimeOffset now)
    {
        if (state.Run(uploads.Snapshot) is null) return NoRun(state, uploads.Snapshot);
        if (uploads.Objects.FirstOrDefault(announced => Contradicts(announced, facts)) is { } other)
            return BackupDecision.Refuse(RefusalKind.Conflict,
                $"{other.Name} was announced before with another size or hash. Send the new bytes under a fresh name.");
        // What is marked is about to be deleted, or half of it is: it is as good as gone, also while it is still there.
        bool IsMarked(ObjectName name) => facts.Known.GetValueOrDefault(name)?.MarkedBy <= state.Remembered.Steps;
        AnnouncedObject[] objects = [.. uploads.Objects.Where(announced => !IsMarked(announced.Name))];
        var fresh = objects.Where(announced => facts.Known.GetValueOrDefault(announced.Name) is not { InRun: true });
        var newBytes = fresh.Sum(announced => announced.Size);
        if (QuotaFault(state, facts, quotas, newBytes, now) is { } fault) return OverQuota(state, uploads.Snapshot, fault, now);

        var tickets = new List<VaultTicket>();
        var (present, later) = (new List<ObjectName>(), new List<ObjectName>());
        var gone = uploads.Objects.Select(announced => announced.Name).Where(IsMarked).ToList();
        var rows = new List<(AnnouncedObject, DateTimeOffset?)>(objects.Length);
        var open = facts.OpenTickets.Count;
        var until = now.AddSeconds(Limits.TicketSeconds);
        foreach (var announced in objects)
        {
            DateTimeOffset? ticketUntil = null;
            if (facts.Sizes.ContainsKey(announced.Name)) present.Add(announced.Name);
            else if (facts.OpenTickets.Contains(announced.Name) || open++ < Limits.OpenTickets)
                tickets.Add(ticket(announced, (ticketUntil = until).Value));
            else later.Add(announced.Name);
            rows.Add((announced, ticketUntil));
        }
        List<ObjectName> reused = [.. uploads.Reused.Where(name => !IsMarked(name)
            && facts.Known.TryGetValue(name, out var known) && facts.Sizes.GetValueOrDefault(name) == known.Size)];
        present.AddRange(reused);
        gone.AddRange(uploads.Reused.Except(reused));
        IEntityEvent[] events =
        [
            Admit(request, now),
            new ObjectsAnnounced(uploads.Snapshot, objects.Length, reused.Count, newBytes, now),
        ];
        return new BackupDecision(events, new UploadsGranted(tickets, present, gone, later))
        {
            Announced = new Announcement(uploads.Snapshot, rows, reused, now),
        };
    }

    private static bool Contradicts(AnnouncedObject announced, UploadFacts facts) =>
        (facts.Known.TryGetValue(announced.Name, out var known)
            && (known.Size != announced.Size || !known.Sha256.AsSpan().SequenceEqual(announced.Sha256)))
        || (facts.Sizes.TryGetValue(announced.Name, out var size) && size != announced.Size);

    // The run's agent hears it; people hear it once a run, or the backup would fail without a word. The request itself stays unspent.
    private static BackupDecision OverQuota(
        BackupState state, SnapshotId run, (RunRefusal Why, string Text) fault, DateTimeOffset now) =>
        BackupDecision.Refuse(RefusalKind.QuotaReached, fault.Text) with
        {
            Events = state.Run(run) is { Refused: false } ? [new RunRefused(run, fault.Why, now)] : [],
        };

    private static (RunRefusal Why, string Text)? QuotaFault(
        BackupState state, UploadFacts facts, BackupQuotas quotas, long newBytes, DateTimeOffset now) =>
        newBytes == 0 ? null
        : state.Today.On(now) + newBytes > quotas.ServerDayBytes
            ? (RunRefusal.ServerQuota,
                $"This server's quota of new backup bytes a day ({MiB(quotas.ServerDayBytes)}) is reached. It begins anew at 0:00 UTC.")
        : facts.ServerBytes + newBytes > quotas.ServerBytes
            ? (RunRefusal.ServerTotalQuota,
                $"This server's quota of backup bytes in all ({MiB(quotas.ServerBytes)}) is reached. Have it raised, or keep less.")
        : facts.TeamBytes + newBytes > quotas.TeamBytes
            ? (RunRefusal.TeamQuota,
                $"The team's quota of backup bytes ({MiB(quotas.TeamBytes)}) is reached. Have it raised, or keep fewer backups.")
        : null;

    private static string MiB(long? bytes) => string.Create(CultureInfo.InvariantCulture, $"{bytes >> 20:N0} MiB");
}

/// <summary>What a server may announce a day and a team in all, in bytes; null is unlimited.</summary>
public sealed record BackupQuotas(long? ServerDayBytes, long? TeamBytes)
{
    /// <summary>What a server may have announced in all.</summary>
    public long? ServerBytes { get; init; }
}
