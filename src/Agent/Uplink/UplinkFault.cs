namespace HostAtlas.Agent.Uplink;

/// <summary>
/// Why reports do not go out, for people: a short code that stays the same, what happened, and what to do next. Never a secret.
/// </summary>
public sealed record UplinkFault(string Code, string Text, string NextStep)
{
    /// <inheritdoc />
    public override string ToString() => $"{Text}. {NextStep}";
}

/// <summary>The platform was not reached, or who answered did not prove to be it. Nothing of the request was acknowledged.</summary>
public sealed class ConnectionFaultException(UplinkFault fault, Exception? cause = null) : Exception(fault.ToString(), cause)
{
    /// <summary>What happened, for people.</summary>
    public UplinkFault Fault => fault;
}
