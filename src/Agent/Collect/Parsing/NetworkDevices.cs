using System.Text;

namespace HostAtlas.Agent.Collect.Parsing;

/// <summary>Bytes one network interface moved since it was made.</summary>
internal readonly record struct InterfaceCounters(string Name, ulong ReceivedBytes, ulong SentBytes)
{
    /// <summary>Whether a counter went back: another interface under the same name, or a driver that was reset.</summary>
    public bool BeganAnewSince(InterfaceCounters before) => ReceivedBytes < before.ReceivedBytes || SentBytes < before.SentBytes;
}

/// <summary>
/// Reads <c>/proc/net/dev</c> (proc_pid_net(5)): two lines of headings, then <c>name: 8 counters received, 8 sent</c>; bytes come first.
/// Older kernels leave no blank behind the colon.
/// </summary>
internal static class NetworkDevices
{
    private const int HeadingLines = 2;
    private const int CountersOfReceiving = 8;

    /// <summary>All interfaces; <see cref="InterfaceChoice"/> chooses.</summary>
    public static Parsed<List<InterfaceCounters>> Parse(ReadOnlySpan<byte> text)
    {
        var interfaces = new List<InterfaceCounters>();
        var lines = new TextLines(text);
        for (var number = 1; lines.TryNext(out var line); number++)
        {
            if (number <= HeadingLines)
            {
                if (!line.Rest.Contains((byte)'|')) return new ParseFault("no headings");
                continue;
            }
            var colon = line.Rest.LastIndexOf((byte)':');
            if (colon < 0) return new ParseFault("an interface without a colon");
            var name = line.Rest[..colon].Trim(" \t"u8);
            var counters = new TextFields(line.Rest[(colon + 1)..]);
            if (name.IsEmpty || !counters.TryNextCounter(out var received) || !counters.TrySkip(CountersOfReceiving - 1)
                || !counters.TryNextCounter(out var sent)) return new ParseFault("an interface with too few counters");
            interfaces.Add(new InterfaceCounters(Encoding.UTF8.GetString(name), received, sent));
        }
        return interfaces;
    }
}
