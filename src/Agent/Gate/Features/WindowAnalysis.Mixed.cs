namespace HostAtlas.Agent.Gate.Features;

/// <content>Random-like bytes between ordinary ones.</content>
internal sealed partial class WindowAnalysis
{
    // Less than one part in so many of a block is left alone: the rule asks for a fifth of all blocks.
    private const int StrewnShare = 20;

    // Less than one part in so many is cut out of nothing.
    private const int ExplainedShare = 8;

    private readonly Mixtures _mixtures = new();
    private readonly List<int> _mixed = [];
    private readonly ByteCounts[] _mixedCounts = [.. Enumerable.Range(0, TrialBlocksMost).Select(_ => new ByteCounts())];
    private readonly byte[] _left = new byte[BlockBytes];
    private long _mixable;

    private enum MixKind
    {
        None,
        Strided,
        Strewn,
    }

    private void Try(int block)
    {
        var counts = _mixedCounts[_mixed.Count];
        counts.Clear();
        counts.Add(_block);
        _mixed.Add(block);
    }

    // The blocks that were tried stand for all that might be mixed. Containers are looked for only in those where something was found: few.
    private void Mixed(ReadOnlySpan<byte> window, bool isOpen, Findings findings)
    {
        var (tried, strided, bytes) = (0, 0, 0L);
        for (var trial = 0; trial < _mixed.Count; trial++)
        {
            var block = _mixed[trial];
            var (from, until) = (block * BlockBytes, Math.Min(window.Length, (block + 1) * BlockBytes));
            // What a container was in the middle of when the window before ended.
            if (isOpen && from == 0 && _start > 0) continue;
            // Strides count when half of the blocks have one: a look that cannot lead there is spared.
            var seekStride = (tried - strided) * 2 <= _mixed.Count;
            var kind = Mix(window[from..until], from, seekStride, _mixedCounts[trial], out var left);
            if (kind != MixKind.None)
            {
                var explained = _explained.Count;
                Stretch(window, Math.Max(ExplainedBefore(from), from - LookBackBytes), from, until, findings, out _);
                if (_explained.Count > explained)
                {
                    _explained.Sort();
                    kind = Mix(window[from..until], from, seekStride, _mixedCounts[trial], out left);
                }
            }
            if (left < JudgedLeast) continue;
            tried++;
            bytes += left;
            if (kind == MixKind.Strided) strided++;
            else if (kind == MixKind.Strewn) findings.Strewn.Add(_block);
        }
        if (tried == 0) return;
        if (strided * 2 >= tried) findings.StridedBytes += _mixable * strided / _mixed.Count;
        findings.StrewnTried += bytes;
        findings.StrewnOf += _mixable;
    }

    // What a container explains is cut out; what is left must still be enough. What is strewn is then in _block.
    private MixKind Mix(ReadOnlySpan<byte> block, int from, bool seekStride, ByteCounts counts, out int left)
    {
        var bytes = Unexplained(block, from);
        left = bytes.Length;
        if (left < JudgedLeast) return MixKind.None;
        // A few bytes that decode by chance explain no rhythm of a whole block, and cutting them out would break it.
        var rhythm = (block.Length - left) * ExplainedShare < block.Length ? block : bytes;
        if (rhythm.Length < block.Length)
        {
            counts.Clear();
            counts.Add(bytes);
        }
        if (seekStride && _mixtures.IsStrided(rhythm, counts)) return MixKind.Strided;
        _block.Clear();
        Mixtures.Strewn(bytes, counts.Commonest, _block);
        return _block.Total * StrewnShare >= left ? MixKind.Strewn : MixKind.None;
    }

    private int ExplainedBefore(int from)
    {
        var before = 0;
        foreach (var (start, end) in _explained) before = start < from ? Math.Max(before, end) : before;
        return before;
    }

    private ReadOnlySpan<byte> Unexplained(ReadOnlySpan<byte> block, int from)
    {
        var (filled, at) = (0, from);
        foreach (var (start, end) in _explained)
        {
            if (end <= at || start >= from + block.Length) continue;
            if (start > at) filled += Keep(block[(at - from)..(start - from)], filled);
            at = Math.Min(end, from + block.Length);
        }
        if (at == from) return block;
        filled += Keep(block[(at - from)..], filled);
        return _left.AsSpan(0, filled);
    }

    private int Keep(ReadOnlySpan<byte> bytes, int at)
    {
        bytes.CopyTo(_left.AsSpan(at));
        return bytes.Length;
    }
}
