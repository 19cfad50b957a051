using System.ComponentModel;
using System.Runtime.InteropServices;

namespace HostAtlas.TestSupport.Processes;

/// <summary>POSIX signals to a process that a test started; the framework can only send SIGKILL.</summary>
public static partial class Signals
{
    private const int SigTerm = 15, SigStop = 19, SigCont = 18;

    /// <summary>Asks a process to end, as systemd does.</summary>
    public static void Terminate(int processId) => Send(processId, SigTerm);

    /// <summary>Freezes a process where it is.</summary>
    public static void Stop(int processId) => Send(processId, SigStop);

    /// <summary>Lets a frozen process go on.</summary>
    public static void Continue(int processId) => Send(processId, SigCont);

    private static void Send(int processId, int signal)
    {
        if (Kill(processId, signal) != 0) throw new Win32Exception(
            Marshal.GetLastPInvokeError(), $"Signal {signal} to process {processId}");
    }

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Kill(int processId, int signal);
}
