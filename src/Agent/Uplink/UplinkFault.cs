namespace HostAtlas.Agent.Uplink;

/// <summary>
/// Why something does not go out, for people: a short code that stays the same, what happened, and what to do next. Never a secret.
/// </summary>
public sealed record UplinkFault(string Code, string Text, string NextStep)
{
    // Whether to say what becomes of what could not be sent: only who sent it knows.
    private bool _asksWhatIsKept;

    /// <summary>A fault that takes time to mend: who keeps meanwhile what he could not send should say so.</summary>
    public static UplinkFault Waiting(string code, string text, string nextStep) => new(code, text, nextStep) { _asksWhatIsKept = true };

    /// <summary>The same, as told by one who keeps what he could not send: <paramref name="items"/>, many of them.</summary>
    public UplinkFault Keeping(string items) =>
        _asksWhatIsKept ? new UplinkFault(Code, Text, $"{NextStep}; {items} are kept meanwhile") : this;

    /// <inheritdoc />
    public override string ToString() => $"{Text}. {NextStep}";
}

/// <summary>The platform was not reached, or who answered did not prove to be it. Nothing of the request was acknowledged.</summary>
public sealed class ConnectionFaultException(UplinkFault fault, Exception? cause = null) : Exception(fault.ToString(), cause)
{
    /// <summary>What happened, for people.</summary>
    public UplinkFault Fault => fault;
}
