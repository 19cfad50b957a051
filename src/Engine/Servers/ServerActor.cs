using System.Buffers.Binary;
using Akka.Actor;
using HostAtlas.Engine.Backups;
using HostAtlas.Engine.Cluster;
using HostAtlas.Engine.Metrics;
using HostAtlas.Engine.Presence;

namespace HostAtlas.Engine.Servers;

/// <summary>
/// The door of one server: token, window, replay, then the payload goes to its stream, or to the entity of the server's backups. A report
/// costs no journal write; what is journalled is tokens and silence.
/// </summary>
public sealed class ServerActor(
    string id, TimeProvider time, EngineOptions options, IIngest ingest, JournalSeal seal, Func<IActorRef> backups)
    : EntityActor<ServerState>($"server-{id}", ServerState.Nobody, PassivateAfter(options), seal)
{
    private static readonly Refused Replayed =
        new(RefusalKind.RequestReplayed, "This request was taken before. Sign anew and keep the batch id.");
    private static readonly Refused Busy =
        new(RefusalKind.EngineBusy, "The store is busy; nothing was kept. Send the batch again.", RetryAfterSeconds: 2);
    private static readonly Refused TooMany =
        new(RefusalKind.RateLimited, "This server sent too many requests. Wait 60 seconds, and send larger batches.",
            RetryAfterSeconds: 60);

    private readonly ServerKey _key = ServerKey.Parse(id);
    private readonly ReplaySet _replay = new();
    private DateTimeOffset _heardAt;

    /// <inheritdoc />
    protected override bool Exists => State.Exists;

    /// <inheritdoc />
    protected override ServerState Apply(ServerState state, IEntityEvent happened) => ServerState.Apply(state, happened);

    /// <inheritdoc />
    protected override bool IsForThis(object message) =>
        message is not IServerCommand command || new ServerKey(command.Team, command.Server) == _key;

    /// <inheritdoc />
    protected override bool Handle(object message)
    {
        var now = time.GetUtcNow();
        switch (message)
        {
            case AgentRequest request:
                Admit(request, now);
                return true;
            case BatchCommitted committed:
                Answer(_replay.Commit(Key(committed.Signature)), committed.Reply);
                // A captured request that the table knew for a replay is no sign of life.
                if (committed.Reply is MetricsStored) Heard(now);
                return true;
            case BatchFailed failed:
                Answer(_replay.Forget(Key(failed.Signature)), failed.Reply);
                return true;
            case RequestSettled settled:
                // Whoever joined was handed on as well and has an answer of its own.
                _ = settled.IsSpent ? _replay.Commit(Key(settled.Signature)) : _replay.Forget(Key(settled.Signature));
                return true;
            case CheckSilence check:
                // A batch that was committed after the slice took its look counts.
                var seen = check with { LastSeenAt = Later(check.LastSeenAt, _heardAt) };
                Carry(ServerDecisions.Decide(State, seen, now, options.SilentAfter));
                return true;
            case IServerCommand command:
                Carry(ServerDecisions.Decide(State, command, now, options.SilentAfter));
                return true;
            default:
                return false;
        }
    }

    private void Admit(AgentRequest request, DateTimeOffset now)
    {
        if (ServerDecisions.Admit(State, request, now, options.Window) is { } refused)
        {
            Sender.Tell(refused);
            if (!Exists) Leave();
            return;
        }
        var signature = Key(request.Signature);
        switch (_replay.Enter(signature, request.Call, request.TimestampSeconds, now.ToUnixTimeSeconds(), Sender))
        {
            case Admission.Admitted: Take(request, signature, now); break;
            case Admission.Replayed: Sender.Tell(Replayed); break;
            case Admission.Full: Sender.Tell(TooMany); break;
            case Admission.Joined when request.Payload is IBackupPayload backup: HandOn(request, backup); break;
            case Admission.Joined: break;
        }
    }

    private void Take(AgentRequest request, long signature, DateTimeOffset now)
    {
        if (request.Payload is IBackupPayload backup)
        {
            HandOn(request, backup);
            return;
        }
        if (request.Payload is not MetricsPayload metrics)
        {
            _replay.Forget(signature);
            Sender.Tell(new Refused(RefusalKind.Internal, "This version does not know the payload."));
            return;
        }
        var (batch, expired, refused) = MetricsAdmission.Sort(metrics.Batch, now, options.RawRetention);
        if (refused is not null || (batch.Rows.Count > 0
            && !ingest.TryOffer(new IngestItem(request.Team, request.Server, batch, expired, request.Signature, now, Self, Sender))))
        {
            // A refused request is not remembered: mended, or after a pause, it may come again.
            _replay.Forget(signature);
            Sender.Tell(refused ?? Busy);
            return;
        }
        if (batch.Rows.Count > 0) return;
        _replay.Commit(signature);
        Sender.Tell(new MetricsStored(0, 0, expired));
        Heard(now);
    }

    // In flight until the other entity has answered the sender and settled the signature here.
    private void HandOn(AgentRequest request, IBackupPayload payload) => backups().Forward(new BackupRequest(
        request.Team, request.Server, request.Call, request.Signature, request.TimestampSeconds, payload, request.From));

    private void Heard(DateTimeOffset now)
    {
        _heardAt = now;
        if (ServerDecisions.Heard(State, now) is { } happened) Carry(new Decision([happened], null));
    }

    private static void Answer(IReadOnlyList<IActorRef> joined, IEngineReply reply)
    {
        foreach (var sender in joined) sender.Tell(reply);
    }

    private static DateTimeOffset Later(DateTimeOffset left, DateTimeOffset right) => left > right ? left : right;

    private static long Key(byte[] signature) => BinaryPrimitives.ReadInt64BigEndian(signature);

    // Long enough that a server which reports stays in memory: longer than three of its intervals.
    private static TimeSpan PassivateAfter(EngineOptions options) => TimeSpan.FromSeconds(Math.Max(120, options.SilentAfter.TotalSeconds));
}
