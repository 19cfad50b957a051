using System.Buffers.Binary;
using Akka.Actor;
using HostAtlas.Shared;

namespace HostAtlas.Engine.Servers;

/// <summary>What the replay set says of a signature.</summary>
public enum Admission
{
    /// <summary>New: it is in flight from here on.</summary>
    Admitted,

    /// <summary>In flight by the same gateway call: the sender waits for the same answer.</summary>
    Joined,

    /// <summary>In flight by another call, or taken before.</summary>
    Replayed,

    /// <summary>Too many signatures are kept.</summary>
    Full,
}

/// <summary>
/// The signatures a server's entity remembers, each until its X-Timestamp + 660 s: longer than any window lets a request live. It is the
/// fast path only; it starts empty after a restart, when the table decides by the signature that lies with each row. A signature is kept as
/// its first eight bytes: nobody without the token can choose them, and a chance hit costs one 409, after which the agent signs anew.
/// </summary>
public sealed class ReplaySet
{
    private const int PruneEverySeconds = 10;

    private readonly Dictionary<long, uint> _untilSeconds = [];
    private Dictionary<long, InFlight>? _inFlight;
    private long _pruneAtSeconds;

    /// <summary>Signatures kept.</summary>
    public int Count => _untilSeconds.Count;

    /// <summary>Asks for and at once takes the way in.</summary>
    public Admission Enter(long signature, Guid call, long timestampSeconds, long nowSeconds, IActorRef sender)
    {
        if (nowSeconds >= _pruneAtSeconds) Prune(nowSeconds);
        if (_untilSeconds.ContainsKey(signature))
        {
            if (_inFlight?.GetValueOrDefault(signature) is not { } flight || flight.Call != call) return Admission.Replayed;
            flight.Joined.Add(sender);
            return Admission.Joined;
        }
        if (_untilSeconds.Count >= Limits.ReplaySetSize) return Admission.Full;
        _untilSeconds[signature] = (uint)(timestampSeconds + Limits.ReplayKeptSeconds);
        (_inFlight ??= []).Add(signature, new InFlight(call));
        return Admission.Admitted;
    }

    /// <summary>The request took effect; its signature stays. Gives those who joined it.</summary>
    public IReadOnlyList<IActorRef> Commit(long signature) => Land(signature);

    /// <summary>Nothing was kept; the same bytes may come again. Gives those who joined it.</summary>
    public IReadOnlyList<IActorRef> Forget(long signature)
    {
        _untilSeconds.Remove(signature);
        return Land(signature);
    }

    /// <summary>
    /// The request's fate is known: its signature stays, or is forgotten, and those who joined it hear the same reply; nothing with null.
    /// </summary>
    public void Settle(byte[] signature, bool isSpent, IEngineReply? reply)
    {
        var key = KeyOf(signature);
        var joined = isSpent ? Commit(key) : Forget(key);
        if (reply is null) return;
        foreach (var sender in joined) sender.Tell(reply);
    }

    /// <summary>What is kept of a signature.</summary>
    public static long KeyOf(byte[] signature) => BinaryPrimitives.ReadInt64BigEndian(signature);

    private IReadOnlyList<IActorRef> Land(long signature)
    {
        if (_inFlight is null || !_inFlight.Remove(signature, out var flight)) return [];
        if (_inFlight.Count == 0) _inFlight = null;
        return flight.Joined;
    }

    // Once in ten seconds at most, also while the set is full: a flood must not buy a walk over 3,000 entries with each request.
    private void Prune(long nowSeconds)
    {
        _pruneAtSeconds = nowSeconds + PruneEverySeconds;
        foreach (var (signature, until) in _untilSeconds)
        {
            // What is in flight stays whatever the clock says: its fate is not known yet.
            if (until < nowSeconds && _inFlight?.ContainsKey(signature) != true) _untilSeconds.Remove(signature);
        }
    }

    private sealed record InFlight(Guid Call)
    {
        public List<IActorRef> Joined { get; } = [];
    }
}
