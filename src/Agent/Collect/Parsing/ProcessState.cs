namespace HostAtlas.Agent.Collect.Parsing;

/// <summary>
/// Reads the state of a process from <c>/proc/PID/stat</c> (proc_pid_stat(5)): <c>42 (name) S 1 …</c>. The name may hold anything, blanks
/// and brackets too, so the state is what stands behind the last closing bracket; nothing behind it has one.
/// </summary>
internal static class ProcessState
{
    private const int Running = 0, Sleeping = 1, Uninterruptible = 2, Stopped = 3, Zombie = 4, Idle = 5, Other = 6;

    /// <summary>The states that are told apart; <see cref="Parse"/> gives an index.</summary>
    public static IReadOnlyList<string> Names { get; } =
        ["running", "sleeping", "uninterruptible", "stopped", "zombie", "idle", "other"];

    /// <summary>The state's index in <see cref="Names"/>. Letters that newer kernels may add count as other.</summary>
    public static Parsed<int> Parse(ReadOnlySpan<byte> text)
    {
        var bracket = text.LastIndexOf((byte)')');
        var rest = new TextFields(bracket < 0 ? default : text[(bracket + 1)..]);
        if (!rest.TryNext(out var letter) || letter.Length != 1) return new ParseFault("no state behind the name");
        return letter[0] switch
        {
            (byte)'R' => Running,
            (byte)'S' => Sleeping,
            (byte)'D' => Uninterruptible,
            // Stopped by a signal, or by a debugger.
            (byte)'T' or (byte)'t' => Stopped,
            (byte)'Z' => Zombie,
            // Threads of the kernel that wait for work, since Linux 4.14; before they looked uninterruptible.
            (byte)'I' => Idle,
            _ => Other,
        };
    }
}
