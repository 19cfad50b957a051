namespace HostAtlas.Agent.Collect.Parsing;

/// <summary>Sockets of all kinds, TCP sockets that no process holds any more, and the pages TCP's buffers take; null: not told.</summary>
internal readonly record struct SocketUse(ulong? Sockets, ulong? TcpOrphans, ulong? TcpMemoryPages)
{
    /// <summary>
    /// Reads <c>/proc/net/sockstat</c> (proc_pid_net(5)): <c>sockets: used 13</c>, <c>TCP: inuse 1 orphan 0 tw 0 alloc 1 mem 163</c>, ….
    /// </summary>
    public static Parsed<SocketUse> Parse(ReadOnlySpan<byte> text)
    {
        var use = default(SocketUse);
        var lines = new TextLines(text);
        while (lines.TryNext(out var line))
        {
            if (!line.TryNext(out var family)) continue;
            if (family.SequenceEqual("sockets:"u8)) use = use with { Sockets = Find(line, "used"u8) };
            else if (family.SequenceEqual("TCP:"u8))
                use = use with { TcpOrphans = Find(line, "orphan"u8), TcpMemoryPages = Find(line, "mem"u8) };
        }
        return use == default ? new ParseFault("none of the counts") : use;
    }

    private static ulong? Find(TextFields line, ReadOnlySpan<byte> name)
    {
        while (line.TryNext(out var field))
        {
            if (field.SequenceEqual(name)) return line.TryNextCounter(out var count) ? count : null;
        }
        return null;
    }
}
