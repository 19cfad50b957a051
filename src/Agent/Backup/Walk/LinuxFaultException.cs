using System.Runtime.InteropServices;

namespace HostAtlas.Agent.Backup.Walk;

/// <summary>The kernel refused something. The text is its own, without any path.</summary>
public sealed class LinuxFaultException(string call, int error)
    : IOException($"{call}: {Marshal.GetPInvokeErrorMessage(error)}")
{
    internal const int NotPermitted = 1, NoEntry = 2, TooManyLinks = 40, NotADirectory = 20, NoData = 61, NotSupported = 95, Range = 34,
        Invalid = 22, NoDevice = 6, Stale = 116;

    /// <summary>errno.</summary>
    public int Error => error;

    /// <summary>It is not there any more, or something else is in its place now.</summary>
    public bool IsGone => error is NoEntry or TooManyLinks or NotADirectory or Stale;
}
