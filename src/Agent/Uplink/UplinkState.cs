using HostAtlas.Agent.Spool;

namespace HostAtlas.Agent.Uplink;

/// <summary>What the uplink knows. Times are monotonic, since the start of the process: no one sets that clock.</summary>
public sealed record UplinkState
{
    /// <summary>Before any answer.</summary>
    public static readonly UplinkState Initial = new();

    /// <summary>The platform's clock minus the local one; another lane may have learned it.</summary>
    public TimeSpan Offset { get; init; }

    /// <summary>Attempts that failed since the last that did not.</summary>
    public int Failures { get; init; }

    /// <summary>Nothing is sent before this moment.</summary>
    public TimeSpan NotBefore { get; init; }

    /// <summary>The request that waits for its answer; there is never a second one.</summary>
    public Flight? InFlight { get; init; }

    /// <summary>Why the last attempt failed; null after one that did not.</summary>
    public UplinkFault? Fault { get; init; }
}

/// <summary>
/// A batch on its way, signed with <paramref name="Offset"/>. <paramref name="OffsetCorrected"/>: it was signed again at once because the
/// clock was off; this happens once.
/// </summary>
public sealed record Flight(SpoolBatch Batch, int Reports, TimeSpan Offset = default, bool OffsetCorrected = false);

/// <summary>What happened to the uplink. Jitter is a random number in [0, 1) that the edge drew.</summary>
public abstract record UplinkEvent
{
    private UplinkEvent() { }

    /// <summary>The spool's oldest batch is this one.</summary>
    public sealed record Offered(SpoolBatch Batch, int Reports) : UplinkEvent;

    /// <summary>The platform answered.</summary>
    public sealed record Answered(PlatformAnswer Answer, double Jitter) : UplinkEvent;

    /// <summary>No answer came, or not from the platform.</summary>
    public sealed record NotReached(UplinkFault Fault, double Jitter) : UplinkEvent;
}

/// <summary>What the edge does next, in order.</summary>
public abstract record UplinkAction
{
    private UplinkAction() { }

    /// <summary>Sign the batch with the local clock plus the offset, and send it.</summary>
    public sealed record Send(SpoolBatch Batch, TimeSpan Offset) : UplinkAction;

    /// <summary>The platform has it: delete it.</summary>
    public sealed record Acknowledge(SpoolBatch Batch) : UplinkAction;

    /// <summary>Cut it in two.</summary>
    public sealed record Split(SpoolBatch Batch) : UplinkAction;

    /// <summary>Take it out of the way: it will never be accepted.</summary>
    public sealed record SetAside(SpoolBatch Batch, string Reason) : UplinkAction;
}
