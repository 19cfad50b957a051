using System.Text;

namespace HostAtlas.Agent.Collect.Parsing;

/// <summary>What one network interface moved since it was made. Dropped: packets without an error for which there was no room.</summary>
internal readonly record struct InterfaceCounters(
    string Name,
    ulong ReceivedBytes, ulong ReceivedPackets, ulong ReceiveErrors, ulong ReceiveDrops,
    ulong SentBytes, ulong SentPackets, ulong SendErrors, ulong SendDrops)
{
    /// <summary>Whether a counter went back: another interface under the same name, or a driver that was reset.</summary>
    public bool BeganAnewSince(InterfaceCounters before) =>
        ReceivedBytes < before.ReceivedBytes || ReceivedPackets < before.ReceivedPackets
        || ReceiveErrors < before.ReceiveErrors || ReceiveDrops < before.ReceiveDrops
        || SentBytes < before.SentBytes || SentPackets < before.SentPackets
        || SendErrors < before.SendErrors || SendDrops < before.SendDrops;
}

/// <summary>
/// Reads <c>/proc/net/dev</c> (proc_pid_net(5)): two lines of headings, then <c>name:</c> and 8 counters received, 8 sent; bytes, packets,
/// errors and drops come first in both. Older kernels leave no blank behind the colon.
/// </summary>
internal static class NetworkDevices
{
    private const int HeadingLines = 2;
    private const int Counters = 16, CountersOfReceiving = 8;

    /// <summary>All interfaces; <see cref="InterfaceChoice"/> chooses.</summary>
    public static Parsed<List<InterfaceCounters>> Parse(ReadOnlySpan<byte> text)
    {
        var interfaces = new List<InterfaceCounters>();
        Span<ulong> counters = stackalloc ulong[Counters];
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
            var fields = new TextFields(line.Rest[(colon + 1)..]);
            var count = 0;
            while (count < Counters && fields.TryNextCounter(out counters[count])) count++;
            if (name.IsEmpty || count < Counters) return new ParseFault("an interface with too few counters");
            var sent = counters[CountersOfReceiving..];
            interfaces.Add(new InterfaceCounters(
                Encoding.UTF8.GetString(name), counters[0], counters[1], counters[2], counters[3], sent[0], sent[1], sent[2], sent[3]));
        }
        return interfaces;
    }
}
