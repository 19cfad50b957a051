using System.Text;
using HostAtlas.Agent.Collect.Parsing;

namespace HostAtlas.Agent.Collect.Sources;

/// <summary>
/// TCP connections by state over IPv4 and IPv6 together, from <c>/proc/net/tcp</c> and <c>/proc/net/tcp6</c>. For each table the kernel
/// walks through its whole table of hashes, up to half a million entries on a host with much memory, and writes a line for every
/// connection: a few milliseconds on a large host, hence paced. A netlink socket would be no cheaper, and the agent opens none beside
/// its one connection.
/// </summary>
internal sealed class TcpSource(HostRoots roots) : IHostSource
{
    private static readonly string[] Names = [.. TcpStates.Names.Select(state => SeriesName.With("tcp.connections", "state", state))];

    // A page: the kernel hands out no more of these tables at once.
    private readonly byte[] _buffer = new byte[4096];
    private readonly Pacing _pacing = new(roots.CpuTime);
    private readonly Table _table4 = new(roots.Proc("net", "tcp")), _table6 = new(roots.Proc("net", "tcp6"));

    public string Name => "tcp";

    public IReadOnlyList<string> Series { get; } = ["tcp.connections"];

    public string? Collect(Samples samples, TimeSpan sinceStart)
    {
        if (!_pacing.IsDue()) return null;
        var states = new TcpStates();
        if (!TryCount(_table4, states)) return null;
        // A kernel without IPv6 has no such table, and no such connections.
        TryCount(_table6, states);
        _pacing.Done();
        for (var i = 0; i < Names.Length; i++) samples.Add(Names[i], states.Counts[i]);
        return null;
    }

    // False: this host has no such table.
    private bool TryCount(Table table, TcpStates states)
    {
        var descriptor = KernelFile.Open(table.PathForSystem);
        if (descriptor < 0) return KernelFile.IsAbsence(descriptor) ? false : throw KernelFile.Fault(table.Path, descriptor);
        try
        {
            var kept = 0;
            while (true)
            {
                var read = KernelFile.Read(descriptor, _buffer.AsSpan(kept));
                if (read < 0) throw KernelFile.Fault(table.Path, read);
                if (read == 0) break;
                var filled = _buffer.AsSpan(0, kept + read);
                var whole = filled.LastIndexOf((byte)'\n') + 1;
                states.Add(filled[..whole]);
                kept = filled.Length - whole;
                if (kept == _buffer.Length) throw new IOException($"{table.Path} holds a line longer than {_buffer.Length} bytes.");
                filled[whole..].CopyTo(_buffer);
            }
            states.Add(_buffer.AsSpan(0, kept));
            return true;
        }
        finally
        {
            KernelFile.Close(descriptor);
        }
    }

    private sealed record Table(string Path)
    {
        public byte[] PathForSystem { get; } = Encoding.UTF8.GetBytes(Path + '\0');
    }
}
