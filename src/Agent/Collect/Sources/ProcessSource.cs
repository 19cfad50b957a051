using System.Buffers.Text;
using System.Globalization;
using System.IO.Enumeration;
using System.Text;
using HostAtlas.Agent.Collect.Parsing;

namespace HostAtlas.Agent.Collect.Sources;

/// <summary>
/// Processes, counted as folders of <c>/proc</c>, and their states, from <c>/proc/PID/stat</c>. The count costs half a microsecond a
/// process, the state about ten, nearly all of it in the kernel, hence paced: with more than some five hundred processes states come less
/// often.
/// </summary>
internal sealed class ProcessSource(HostRoots roots) : IHostSource
{
    private static readonly string[] Names = [.. ProcessState.Names.Select(state => SeriesName.With("process.count", "state", state))];
    private readonly FileSystemEnumerable<int> _ids = new(roots.Proc(), (ref FileSystemEntry entry) => ParseId(entry.FileName))
    {
        ShouldIncludePredicate = (ref FileSystemEntry entry) => ParseId(entry.FileName) > 0,
    };

    private readonly Pacing _pacing = new(roots.CpuTime);
    private readonly byte[] _folder = Encoding.UTF8.GetBytes(roots.Proc() + '/');

    // The state stands behind the name, which has at most 64 bytes.
    private readonly byte[] _text = new byte[256];
    private readonly int[] _counts = new int[ProcessState.Names.Count];
    private readonly List<int> _found = [];

    public string Name => "processes";

    public IReadOnlyList<string> Series { get; } = ["process.total", "process.count"];

    public string? Collect(Samples samples, TimeSpan sinceStart)
    {
        _found.Clear();
        _found.AddRange(_ids);
        // Where /proc is mounted with hidepid=2 this agent sees its own processes only: their number would be a false one.
        if (!_found.Contains(1)) return null;
        samples.Add("process.total", _found.Count);
        if (!_pacing.IsDue()) return null;
        if (!TryCountStates()) return null;
        _pacing.Done();
        for (var i = 0; i < Names.Length; i++) samples.Add(Names[i], _counts[i]);
        return null;
    }

    private static int ParseId(ReadOnlySpan<char> name) =>
        int.TryParse(name, NumberStyles.None, null, out var id) ? id : 0;

    // False: other users' processes are hidden (hidepid=1), so the counts would be false.
    private bool TryCountStates()
    {
        Array.Clear(_counts);
        var path = new byte[_folder.Length + "2147483647/stat\0".Length];
        _folder.CopyTo(path, 0);
        foreach (var id in _found)
        {
            Utf8Formatter.TryFormat(id, path.AsSpan(_folder.Length), out var digits);
            "/stat\0"u8.CopyTo(path.AsSpan(_folder.Length + digits));
            var descriptor = KernelFile.Open(path.AsSpan(0, _folder.Length + digits + "/stat\0".Length));
            if (KernelFile.IsDenial(descriptor)) return false;
            // Otherwise it ended since it was listed.
            if (descriptor < 0) continue;
            var length = KernelFile.Read(descriptor, _text);
            KernelFile.Close(descriptor);
            if (length > 0 && ProcessState.Parse(_text.AsSpan(0, length)) is { Fault: null } state) _counts[state.Value]++;
        }
        return true;
    }
}
