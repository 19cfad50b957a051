using HostAtlas.Agent.Gate.Containers;
using HostAtlas.Agent.Gate.Rules;

namespace HostAtlas.Agent.Gate.Features;

/// <summary>
/// Looks at a window of a file, or at what a container decoded to. Pages of 4 KiB whose values are nearly even ("dense") hold compressed
/// or encrypted bytes, which nobody can tell apart by counting; so each dense stretch must be explained by a container that really decodes
/// across it. What is left and is uniform beyond doubt is random-like. The rest of a window, which is nearly all of most files, costs a
/// histogram.
/// </summary>
internal sealed partial class WindowAnalysis
{
    /// <summary>Bytes that are counted together.</summary>
    public const int PageBytes = 4096;

    /// <summary>Pages of the blocks that are looked at for strewn bytes.</summary>
    public const int BlockPages = 16;

    private const int BlockBytes = BlockPages * PageBytes;

    // A page of ciphertext is beyond 5 once in some 300,000: of 20,000 files of a MiB each a handful has a page that is missed, and none
    // fails for it. Deflate's pages lie between 0 and 60, text's above 1,000.
    // Nor is ciphertext more even than that: tables that hold each value once (CRC) are.
    private const double RandomZ = 5, EvenZ = -4, DenseZ = 100;

    // A stretch of 64 KiB proves itself: LZ-compressed data of that length is beyond 5 nearly always, ciphertext one time in a million.
    private const int LongPages = 16;

    // What compressors give is that far from uniform in a few pages already.
    private const double FarZ = 20;

    // How far before a dense stretch its container may begin: a picture's colour profile and preview.
    private const int LookBackBytes = 64 << 10;

    // As much as says what a box of a film is, and what its first part is.
    private const int BoxBytes = 32;

    private const int DepthMost = 3, JudgedLeast = 8192, BrokenLeast = 512, SmallLeast = 512, TrialBlocksMost = 3, KeyTrialsMost = 2;

    // Less than this share of a block cannot be told from the rare bytes of ordinary binaries.
    private const double FloorLeast = 0.03;

    private readonly int _depth;
    private readonly ContainerProbes _probes;
    private readonly DecodeBuffer _output = new();
    private readonly ByteCounts _block = new();
    private readonly List<(int Start, int End)> _explained = [];
    private double[] _z = [];
    private WindowAnalysis? _inner;
    private Findings? _innerFindings;
    private long _run, _start;
    private int _pages;
    private bool _runFromHead;

    /// <summary>Makes one; another comes with each level of containers.</summary>
    public WindowAnalysis(ContainerProbes probes, int depth = 0) => (_probes, _depth) = (probes, depth);

    /// <summary>Looks at the file's next window.</summary>
    /// <param name="window">Its bytes; whole pages but for the file's last.</param>
    /// <param name="start">Its offset.</param>
    /// <param name="isLast">The file ends with it.</param>
    /// <param name="findings">What is added to.</param>
    public void Run(ReadOnlySpan<byte> window, long start, bool isLast, Findings findings)
    {
        if (start == 0) (_run, _runFromHead) = (0, true);
        _start = start;
        _explained.Clear();
        _mixed.Clear();
        if (window.IsEmpty) return;
        _mixable = 0;
        Count(window, findings);
        if (start == 0)
        {
            findings.SetHead(window);
            Begin(window, isLast, findings);
            TextForms(window, isLast, findings);
        }
        var isOpen = findings.IsOpen;
        Explain(window, isLast, findings);
        Unexplained(window, isLast, findings);
        Mixed(window, isOpen, findings);
    }

    /// <summary>Zeros that were not read: no window has anything of them.</summary>
    public void SkipZeros() => (_run, _runFromHead) = (0, false);

    private void Count(ReadOnlySpan<byte> window, Findings findings)
    {
        var pages = _pages = (window.Length + PageBytes - 1) / PageBytes;
        if (_z.Length < pages) _z = new double[Math.Max(pages, 256)];
        Span<int> counts = stackalloc int[ByteCounts.Values];
        _block.Clear();
        var random = 0;
        for (var page = 0; page < pages; page++)
        {
            var bytes = window.Slice(page * PageBytes, Math.Min(PageBytes, window.Length - (page * PageBytes)));
            findings.Whole.CountInto(bytes, counts);
            _block.Add(counts, bytes.Length);
            // A last short page counts like its neighbour when it is too short to count for itself.
            var z = ByteCounts.ZOf(counts, bytes.Length) * (bytes.Length < PageBytes ? (double)PageBytes / Math.Max(1, bytes.Length) : 1);
            if (bytes.Length < 1024 && page > 0) z = _z[page - 1];
            else if (bytes.Length < PageBytes && z < 4 * RandomZ) z /= (double)PageBytes / bytes.Length;
            _z[page] = z;
            findings.AddPage(z, PageBytes);
            if (IsUniform(z)) random++;
            if ((page + 1) % BlockPages != 0 && page + 1 < pages) continue;
            if (random < BlockPages && _block.Total > JudgedLeast && _block.HasFloor(FloorLeast))
            {
                _mixable += _block.Total;
                if (_mixed.Count < (_start == 0 ? TrialBlocksMost : 1)) Try(page / BlockPages);
            }
            findings.Whole.Add(_block);
            _block.Clear();
            random = 0;
        }
    }

    // What a file begins as is tried even where its bytes are not dense: a tar's or a picture's first pages need not be.
    private void Begin(ReadOnlySpan<byte> window, bool isLast, Findings findings)
    {
        if (_probes.At(window) is not { } probe)
        {
            // Brotli has no magic number: a file that begins dense and is nothing else is tried as it.
            if (isLast && IsDense(0)) Brotli(window, findings);
            return;
        }
        _output.Clear();
        var result = probe.Probe(window, _output);
        // Cut off, or written over so that garbage decodes to its end.
        if (isLast && probe.EndsItself && result.Outcome == ProbeOutcome.DecodesSoFar && _depth == 0)
            result = new ProbeResult(ProbeOutcome.Broken);
        switch (result.Outcome)
        {
            case ProbeOutcome.Decodes or ProbeOutcome.DecodesSoFar:
                findings.SetContainer(probe.Name);
                findings.OwedAt = result.OwedAt;
                Take(0, result, window.Length, findings);
                break;
            case ProbeOutcome.Broken when _depth == 0 && IsDenseAround(result.Bytes):
                findings.SetBroken(probe.Name, result.Bytes);
                if (result.Bytes > PageBytes) _explained.Add((0, (int)Math.Min(window.Length, result.Bytes)));
                break;
            case ProbeOutcome.Encrypted:
                findings.SetContainer(probe.Name);
                findings.SealedBytes += Math.Max(result.Bytes, 1);
                break;
        }
    }

    private void Brotli(ReadOnlySpan<byte> window, Findings findings)
    {
        _output.Clear();
        var end = _probes.Slow.Brotli(window, _output);
        // Garbage decodes for a while too: only what ends with the file does not.
        if (end != DecodeEnd.Complete || _probes.Slow.Consumed < window.Length) return;
        findings.SetContainer("brotli");
        Take(0, DecodeLimits.Result(end, _probes.Slow.Consumed), window.Length, findings);
    }

    // A damaged archive that goes on in zeros or text was not encrypted.
    private bool IsDenseAround(long at)
    {
        var page = (int)Math.Min(at / PageBytes, _pages - 1);
        return IsDense(page) || (page + 1 < _pages && IsDense(page + 1));
    }

    // Takes a container as the explanation of its bytes, unless what it holds is random-like itself.
    private int Take(int at, ProbeResult result, int length, Findings findings)
    {
        var isCut = result.Outcome == ProbeOutcome.DecodesSoFar;
        var until = isCut && result.Bytes <= length - at ? length : at + Math.Max(1, result.Bytes);
        var end = (int)Math.Min(length, until);
        if (_output.Length >= JudgedLeast)
        {
            if (IsRandomLike(_output.Kept, _output.Length)) findings.HiddenBytes += end - at;
        }
        // Many small ones of ciphertext are as much of it as one that is large.
        else if (_output.Length >= SmallLeast && IsUniform(_block.ZOnly(_output.Kept)) && _probes.At(_output.Kept) is null)
            findings.AddSmallHidden(_block, end - at);
        _explained.Add((at, end));
        if (until > length) findings.TrustedUntil = Math.Max(findings.TrustedUntil, _start + until);
        else if (isCut) (findings.IsOpen, findings.Rest) = (result.Rest is null, result.Rest);
        return end;
    }

    private bool IsRandomLike(ReadOnlySpan<byte> decoded, long length)
    {
        if (_depth + 1 >= DepthMost) return false;
        _inner ??= new WindowAnalysis(_probes, _depth + 1);
        _innerFindings ??= new Findings();
        _innerFindings.Clear();
        _inner.Run(decoded, 0, length <= decoded.Length, _innerFindings);
        return ContentRules.Any(_innerFindings.ToFeatures());
    }

    private bool IsDense(int page) => _z[page] < DenseZ;

    private bool IsRandom(int page) => IsUniform(_z[page]);

    private static bool IsUniform(double z) => z is > EvenZ and < RandomZ;

    private void Explain(ReadOnlySpan<byte> window, bool isLast, Findings findings)
    {
        var pages = (window.Length + PageBytes - 1) / PageBytes;
        if (findings.Rest is { } rest && _start > 0) Resume(window, rest, isLast, findings);
        if (findings.OwedAt > 0) Owed(window, isLast, findings);
        var at = _explained.Count > 0 ? _explained[^1].End : 0;
        if (findings.TrustedUntil > _start)
        {
            var end = (int)Math.Min(window.Length, findings.TrustedUntil - _start);
            if (end > at) _explained.Add((at, end));
            at = Math.Max(at, end);
        }
        for (var page = 0; page < pages;)
        {
            if (!IsDense(page))
            {
                page++;
                continue;
            }
            var first = page;
            while (page < pages && IsDense(page)) page++;
            var (from, until) = (first * PageBytes, Math.Min(window.Length, page * PageBytes));
            var trusted = findings.IsOpen && first == 0 && _start > 0;
            if (until <= at) continue;
            var next = Stretch(window, Math.Max(at, from - LookBackBytes), from, until, findings, out var firstFound);
            // What a container was in the middle of when the window before ended: trusted up to whatever follows it.
            if (trusted) _explained.Insert(0, (0, firstFound < 0 ? until : firstFound));
            if (trusted && (firstFound >= 0 || until < window.Length)) findings.IsOpen = false;
            at = Math.Max(at, next);
        }
    }

    private void Resume(ReadOnlySpan<byte> window, GitPackRest rest, bool isLast, Findings findings)
    {
        _output.Clear();
        var result = _probes.Packs.Resume(window, rest, _output);
        var isCut = result.Outcome == ProbeOutcome.DecodesSoFar;
        findings.Rest = result.Rest;
        if (result.Bytes > 0) _explained.Add((0, (int)Math.Min(window.Length, result.Bytes)));
        if (result.Outcome == ProbeOutcome.Decodes) findings.TrustedUntil = Math.Max(findings.TrustedUntil, _start + result.Bytes);
        var isBroken = result.Outcome == ProbeOutcome.Broken || (isCut && isLast && _depth == 0);
        if (isBroken && findings.Container == _probes.Packs.Name && IsDenseAround(result.Bytes))
            findings.SetBroken(_probes.Packs.Name, _start + result.Bytes);
    }

    // A film whose table comes behind the pictures, which may be some windows later.
    private void Owed(ReadOnlySpan<byte> window, bool isLast, Findings findings)
    {
        var at = findings.OwedAt - _start;
        if (at >= window.Length - BoxBytes && !isLast) return;
        // One that the end of a window cut in two cannot be read: it has the benefit of the doubt.
        long laterAt = 0;
        var isPaid = at < 0 || (at < window.Length && Mp4Probe.IsPaid(window[(int)at..], out laterAt) && (laterAt == 0 || !isLast));
        if (!isPaid) findings.SetBroken(findings.Container ?? FileType.Data, findings.OwedAt);
        findings.OwedAt = isPaid && laterAt > 0 ? findings.OwedAt + laterAt : 0;
        findings.TrustedUntil = Math.Max(findings.TrustedUntil, findings.OwedAt);
    }

    private int Stretch(ReadOnlySpan<byte> window, int at, int from, int until, Findings findings, out int firstFound)
    {
        firstFound = -1;
        while (at < until)
        {
            var found = _probes.Next(window, at, until, out var probe);
            if (found < 0) break;
            at = found + 1;
            if (_start + found == 0) continue;
            _output.Clear();
            var result = probe!.Probe(window[found..], _output);
            if (result.IsGood)
            {
                if (firstFound < 0) firstFound = found;
                at = Take(found, result, window.Length, findings);
            }
            else if (result.Outcome == ProbeOutcome.Broken && result.Bytes > BrokenLeast)
            {
                // Good up to there: what follows is looked at like anything else.
                at = (int)Math.Min(window.Length, found + result.Bytes);
                _explained.Add((found, at));
            }
            else if (result.Outcome == ProbeOutcome.Broken && probe is ZipEntryProbe) findings.BrokenMembers++;
            else if (result.Outcome == ProbeOutcome.Encrypted) findings.SealedBytes += Math.Max(1, result.Bytes);
        }
        return Math.Max(at, Math.Min(from, until));
    }

    private void Unexplained(ReadOnlySpan<byte> window, bool isLast, Findings findings)
    {
        var pages = _pages;
        _explained.Sort();
        for (var page = 0; page < pages;)
        {
            if (!IsDense(page) || IsExplained(window, page))
            {
                (_run, _runFromHead) = (0, false);
                page++;
                continue;
            }
            var first = page;
            while (page < pages && IsDense(page) && !IsExplained(window, page)) page++;
            var bytes = window[(first * PageBytes)..Math.Min(window.Length, page * PageBytes)];
            findings.DenseBytes += bytes.Length;
            Dense(window, first, page, isLast, findings);
            if (!IsRandom(first) && page - first >= 2) TryKey(bytes, findings);
            if (page < pages) (_run, _runFromHead) = (0, false);
        }
    }

    // Within a dense stretch, the runs of pages that look random.
    private void Dense(ReadOnlySpan<byte> window, int from, int until, bool isLast, Findings findings)
    {
        for (var page = from; page < until;)
        {
            if (!IsRandom(page))
            {
                (_run, _runFromHead) = (0, false);
                page++;
                continue;
            }
            var first = page;
            while (page < until && IsRandom(page)) page++;
            var bytes = window[(first * PageBytes)..Math.Min(window.Length, page * PageBytes)];
            Judge(bytes, page - first, isLast && page == _pages, findings);
            if (page < until) (_run, _runFromHead) = (0, false);
        }
    }

    private void Judge(ReadOnlySpan<byte> bytes, int pages, bool atTail, Findings findings)
    {
        if (IsUniform(_block.ZOnly(bytes))) findings.AddRandom(bytes, pages >= LongPages, _runFromHead, _run, atTail);
        else
        {
            TryKey(bytes, findings);
            Ends(bytes, pages, atTail, findings);
        }
        _run += bytes.Length;
    }

    // Ciphertext beside something compressed: pages of both look random, the run does not. An end that is uniform while the rest is far
    // from it was written over.
    private void Ends(ReadOnlySpan<byte> bytes, int pages, bool atTail, Findings findings)
    {
        for (var count = pages / 2; count > 0; count /= 2)
        {
            var cut = count * PageBytes;
            if (_runFromHead && _run == 0 && IsUniform(_block.ZOnly(bytes[..cut])) && _block.ZOnly(bytes[cut..]) > FarZ)
            {
                findings.AddRandom(bytes[..cut], count >= LongPages, atHead: true, 0, atTail: false);
                return;
            }
            var tail = bytes[^cut..];
            if (atTail && count > 1 && IsUniform(_block.ZOnly(tail)) && _block.ZOnly(bytes[..^cut]) > FarZ)
            {
                findings.AddRandom(tail, count >= LongPages, atHead: false, 0, atTail: true);
                return;
            }
        }
    }

    private static void TryKey(ReadOnlySpan<byte> bytes, Findings findings)
    {
        if (bytes.Length >= JudgedLeast && findings.KeyTrials++ < KeyTrialsMost && KeyPeriod.Find(bytes) > 0)
            findings.KeyedBytes += bytes.Length;
    }

    private bool IsExplained(ReadOnlySpan<byte> window, int page)
    {
        var (from, until) = (page * PageBytes, Math.Min(window.Length, (page + 1) * PageBytes));
        var covered = 0;
        foreach (var (start, end) in _explained)
        {
            if (start >= until) break;
            covered += Math.Max(0, Math.Min(end, until) - Math.Max(start, from));
        }
        // A header between two members is not explained, and need not be.
        return covered * 2 >= until - from;
    }
}
