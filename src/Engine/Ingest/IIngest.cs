using Akka.Actor;
using HostAtlas.Shared.Ids;

namespace HostAtlas.Engine.Ingest;

/// <summary>The entrance of the data plane, as the doors of this node see it.</summary>
public interface IIngest
{
    /// <summary>Hands a batch over; false when the bounded channel is full, which the door answers with busy. Never waits.</summary>
    bool TryOffer(IngestItem item);
}

/// <summary>
/// A batch on its way into the store. When its fate is known the stream tells the <see cref="Door"/> first (<see cref="BatchCommitted"/> or
/// <see cref="BatchFailed"/>) and the <see cref="Sender"/> second: a sender who hears 503 must find the door ready for the retry.
/// </summary>
/// <param name="Expired">What the door took out because it is older than the retention; it is not in the batch.</param>
/// <param name="Signature">The request's signature, the key of the door's replay set.</param>
public abstract record IngestItem(
    TeamId Team, ServerId Server, int Expired, byte[] Signature, DateTimeOffset AdmittedAt, IActorRef Door, IActorRef Sender)
{
    /// <summary>What it weighs in a flush, in samples or what takes as long to write; at least 1.</summary>
    public abstract int Weight { get; }

    /// <summary>What it holds in memory, roughly, where that is bounded; 0 where only the number of batches is.</summary>
    public abstract long SizeBytes { get; }

    /// <summary>The answer when it is durable.</summary>
    public abstract IEngineReply WhenStored { get; }
}

/// <summary>To the door: the batch is durable, or was before (<paramref name="Reply"/> then says replayed).</summary>
public sealed record BatchCommitted(byte[] Signature, IEngineReply Reply);

/// <summary>To the door: nothing of the batch was kept; forget the signature so that the same bytes may come again.</summary>
public sealed record BatchFailed(byte[] Signature, IEngineReply Reply);
