using System.Data.Common;
using Akka.Actor;
using Akka.Event;
using HostAtlas.Engine.Cluster;
using HostAtlas.Engine.Presence;
using HostAtlas.Engine.Servers;
using HostAtlas.Engine.Vault;
using HostAtlas.Shared;
using HostAtlas.Shared.Backups;

namespace HostAtlas.Engine.Backups;

/// <summary>
/// The chain of one server's backups. A command is read for, decided, written and journalled before the next one is looked at: facts that
/// were read stay true until they are decided by. Tables first, journal second: a row whose events never came to be is superfluous, an
/// event without its row would be a hole.
/// </summary>
public sealed class BackupActor(ServerKey key, TimeProvider time, BackupDesk desk, JournalSeal seal, Func<IActorRef> doors)
    : EntityActor<BackupState>($"backup-{key}", BackupState.Nothing, TimeSpan.FromMinutes(2), seal)
{
    private static readonly Refused Away = new(
        RefusalKind.EngineBusy, "The store or the vault does not answer; nothing was kept. Send the request again.", RetryAfterSeconds: 5);

    private IBackupCommand? _underWay;

    /// <inheritdoc />
    protected override bool Exists => State.Exists;

    /// <inheritdoc />
    protected override BackupState Apply(BackupState state, IEntityEvent happened) => BackupState.Apply(state, happened);

    /// <inheritdoc />
    protected override bool IsForThis(object message) =>
        message is not IBackupCommand command || new ServerKey(command.Team, command.Server) == key;

    /// <inheritdoc />
    protected override bool Handle(object message)
    {
        switch (message)
        {
            case FactsRead read:
                Write(read.Command, Decide(read.Command, read.Facts, time.GetUtcNow()));
                return true;
            case Written written:
                Finish(written.Command, written.Decision);
                return true;
            case Failed failed:
                // What failed by itself passes; what failed by our own mistake would fail again.
                Log.Warning(failed.Cause, "{0}: {1} was given up.", PersistenceId, failed.Command.GetType().Name);
                var reply = failed.Cause is DbException or IOException ? Away : Away with { Kind = RefusalKind.Internal };
                Finish(failed.Command, BackupDecision.Answer(reply));
                return true;
            case AskToKeep:
                // Of the state only: an upload does not wait for a commit that walks a million names.
                Carry(Decision.Answer(BackupDecisions.AskToKeep(State)));
                return true;
            case IBackupCommand when _underWay is not null:
                Stash.Stash();
                return true;
            case IBackupCommand command:
                _underWay = command;
                Read(command, time.GetUtcNow());
                return true;
            default:
                return false;
        }
    }

    private void Read(IBackupCommand command, DateTimeOffset now)
    {
        if (command is BackupRequest request && BackupDecisions.TurnAway(State, request, now) is { } refused)
            Finish(command, BackupDecision.Answer(refused));
        else if (command is BackupRequest { Payload: not (BeginPayload or DrillPayload) }
            or ResumeBackups { AcceptsAll: true } or SweepBackups)
            desk.ReadAsync(key, command, State, now).PipeTo(Self, Sender,
                success: facts => new FactsRead(command, facts), failure: fault => new Failed(command, fault));
        else Write(command, Decide(command, null, now));
    }

    private BackupDecision Decide(IBackupCommand command, object? facts, DateTimeOffset now) => (command, facts) switch
    {
        (BackupRequest { Payload: BeginPayload begin } request, _) => BackupDecisions.Begin(State, request, begin, now),
        (BackupRequest { Payload: UploadsPayload uploads } request, UploadFacts known) => BackupDecisions.Uploads(
            State, request, uploads, known, desk.Quotas, (announced, until) => desk.PutTicket(key, announced, until), now),
        (BackupRequest { Payload: CommitPayload commit } request, CommitFacts known) =>
            BackupDecisions.Commit(State, request, commit, known, now),
        (BackupRequest { Payload: ListPayload }, IReadOnlyList<CommittedSnapshot> items) =>
            BackupDecision.Answer(new SnapshotsListed(items)),
        (BackupRequest { Payload: DownloadsPayload downloads }, IReadOnlyDictionary<ObjectName, long> sizes) =>
            BackupDecision.Answer(Downloads(downloads, sizes, now.AddSeconds(Limits.TicketSeconds))),
        (BackupRequest { Payload: DrillPayload drill } request, _) => BackupDecisions.Drill(State, request, drill, now),
        (not BackupRequest, _) => BackupDecisions.Standing(State, command, facts, now),
        _ => BackupDecision.Answer(BackupDecisions.Unknown),
    };

    private DownloadsGranted Downloads(DownloadsPayload downloads, IReadOnlyDictionary<ObjectName, long> sizes, DateTimeOffset until)
    {
        List<VaultTicket> tickets = [];
        foreach (var name in downloads.Objects.Where(sizes.ContainsKey)) tickets.Add(desk.GetTicket(key, name, until));
        return new DownloadsGranted(tickets, [.. downloads.Objects.Where(name => !sizes.ContainsKey(name))]);
    }

    private void Write(IBackupCommand command, BackupDecision decision)
    {
        if (decision.IsAnswerOnly && command is not CheckBackups)
        {
            Finish(command, decision);
            return;
        }
        // The earlier of both times: should the events not be journalled, the entity is woken for nothing, and not for ever asleep.
        var (old, next) = (BackupDecisions.DueAt(State), BackupDecisions.DueAt(decision.Events.Aggregate(State, Apply)));
        var due = decision.Events.Count == 0 || next is null ? old ?? next : old < next ? old : next;
        var writes = new BackupWrites(due, decision.Announced, decision.Kept, decision.Evidence) { Sweep = decision.Sweep };
        desk.WriteAsync(key, writes, time.GetUtcNow()).PipeTo(Self, Sender,
            success: held => new Written(command, BackupDecisions.AfterDeletion(decision, held)),
            failure: fault => new Failed(command, fault));
    }

    private void Finish(IBackupCommand command, BackupDecision decision)
    {
        _underWay = null;
        if (command is BackupRequest request)
            doors().Tell(new RequestSettled(request.Team, request.Server, request.Signature, decision.IsSpent), Self);
        Carry(new Decision(decision.Events, decision.Reply));
        Stash.UnstashAll();
    }

    private sealed record FactsRead(IBackupCommand Command, object? Facts);

    private sealed record Written(IBackupCommand Command, BackupDecision Decision);

    private sealed record Failed(IBackupCommand Command, Exception Cause);
}
