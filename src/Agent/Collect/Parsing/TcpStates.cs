using System.Globalization;

namespace HostAtlas.Agent.Collect.Parsing;

/// <summary>
/// Counts the connections of <c>/proc/net/tcp</c> and <c>/proc/net/tcp6</c> (proc_pid_net(5)) by their state:
/// <code>
///   sl  local_address rem_address   st tx_queue …
///    0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 …
/// </code>
/// The tables of a busy host are megabytes long, so they are taken in pieces of whole lines.
/// </summary>
internal sealed class TcpStates
{
    // include/net/tcp_states.h, from 1. Requests that are not yet connections (12, NEW_SYN_RECV) are written as 3 by the kernel.
    private static readonly string[] States =
    [
        "established", "syn_sent", "syn_recv", "fin_wait1", "fin_wait2", "time_wait",
        "close", "close_wait", "last_ack", "listen", "closing",
    ];

    private readonly int[] _counts = new int[States.Length];

    /// <summary>The states that are told apart, in the order of <see cref="Counts"/>.</summary>
    public static IReadOnlyList<string> Names => States;

    /// <summary>How many connections are in each state.</summary>
    public ReadOnlySpan<int> Counts => _counts;

    /// <summary>Counts the lines of a piece of the table; headings and what is no line of it are passed over.</summary>
    public void Add(ReadOnlySpan<byte> wholeLines)
    {
        var lines = new TextLines(wholeLines);
        while (lines.TryNext(out var line))
        {
            if (!line.TryNext(out var number) || number[^1] != ':' || !line.TrySkip(2) || !line.TryNext(out var state)) continue;
            if (!byte.TryParse(state, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var known)) continue;
            if (known >= 1 && known <= States.Length) _counts[known - 1]++;
        }
    }
}
