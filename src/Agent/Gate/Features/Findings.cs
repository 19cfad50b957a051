using HostAtlas.Agent.Gate.Containers;

namespace HostAtlas.Agent.Gate.Features;

/// <summary>What was found in a file so far. One object a depth, used again and again.</summary>
internal sealed class Findings
{
    private const int HeadBytes = 4096, StrewnLeast = 4096, HiddenLeast = 8192;

    private readonly byte[] _head = new byte[HeadBytes];
    private int _headLength;
    private double _pageBits;
    private long _smallHidden, _pages, _pooledRun, _pooledHead, _pooledTail;
    private string? _container;

    /// <summary>All bytes.</summary>
    public ByteCounts Whole { get; } = new();

    // Short random-like runs prove little each; together they must be uniform as well.
    private readonly ByteCounts _pool = new();

    // So do the small members of archives.
    private readonly ByteCounts _hidden = new();

    /// <summary>Cells of random-like bytes between others.</summary>
    public ByteCounts Strewn { get; } = new();

    public long RandomBytes { get; private set; }

    public long RandomRun { get; private set; }

    public long RandomHead { get; private set; }

    public long RandomTail { get; private set; }

    public long StridedBytes { get; set; }

    /// <summary>Entries of an archive that do not decode.</summary>
    public int BrokenMembers { get; set; }

    /// <summary>Bytes in dense pages that nothing explains.</summary>
    public long DenseBytes { get; set; }

    /// <summary>Bytes that were looked at for strewn ones, and of how many they are a sample.</summary>
    public long StrewnTried { get; set; }

    /// <inheritdoc cref="StrewnTried" />
    public long StrewnOf { get; set; }

    public long KeyedBytes { get; set; }

    public long EncodedBytes { get; set; }

    /// <summary>Text in which every sign of its alphabet comes equally often, whatever it decodes to.</summary>
    public bool IsUniformText { get; set; }

    public long HiddenBytes { get; set; }

    public long SealedBytes { get; set; }

    public long BrokenAt { get; private set; }

    /// <summary>Until where a container that was begun explains what comes, as an offset of the file.</summary>
    public long TrustedUntil { get; set; }

    /// <summary>A container was being decoded at the end of the last window, and nothing says where it ends.</summary>
    public bool IsOpen { get; set; }

    /// <summary>A pack of git's was in the middle of an object at the end of the last window.</summary>
    public GitPackRest? Rest { get; set; }

    /// <summary>Where the part must come without which the file's container explains nothing; 0: nothing is owed.</summary>
    public long OwedAt { get; set; }

    /// <summary>The container that the file begins as; null when there is none.</summary>
    public string? Container => _container;

    /// <summary>Looks for keys that were taken: each costs milliseconds.</summary>
    public int KeyTrials { get; set; }

    public void Clear()
    {
        Whole.Clear();
        _pool.Clear();
        _hidden.Clear();
        _smallHidden = 0;
        Strewn.Clear();
        (_headLength, _pageBits, _pages, _container) = (0, 0, 0, null);
        (RandomBytes, RandomRun, RandomHead, RandomTail, _pooledRun, _pooledHead, _pooledTail) = (0, 0, 0, 0, 0, 0, 0);
        (StridedBytes, KeyedBytes, EncodedBytes, HiddenBytes, SealedBytes, BrokenAt) = (0, 0, 0, 0, 0, -1);
        (TrustedUntil, IsOpen, Rest, OwedAt, KeyTrials) = (0, false, null, 0, 0);
        (DenseBytes, StrewnTried, StrewnOf, BrokenMembers, IsUniformText) = (0, 0, 0, 0, false);
    }

    /// <summary>The file's first bytes.</summary>
    public void SetHead(ReadOnlySpan<byte> bytes)
    {
        _headLength = Math.Min(bytes.Length, HeadBytes);
        bytes[.._headLength].CopyTo(_head);
    }

    /// <summary>The container that the file begins as.</summary>
    public void SetContainer(string name) => _container = name;

    /// <summary>The container that the file begins as goes wrong there.</summary>
    public void SetBroken(string name, long at) => (_container, BrokenAt) = (name, at);

    /// <summary>Counts a page's z, from which its compressibility follows closely enough: bits ≈ 8 − excess / (2 ln 2).</summary>
    public void AddPage(double z, int length)
    {
        var excess = Math.Max(0, z) * 22.583 / Math.Max(1, length);
        _pageBits += Math.Max(0.2, 8 - (excess / (2 * Math.Log(2))));
        _pages++;
    }

    /// <summary>Pages of zeros that nobody read.</summary>
    public void AddZeroPages(long pages)
    {
        _pageBits += 0.2 * pages;
        _pages += pages;
    }

    /// <summary>A random-like stretch that nothing explains.</summary>
    /// <param name="bytes">Its bytes.</param>
    /// <param name="isLong">Long enough to prove itself.</param>
    /// <param name="atHead">It goes on from the file's start.</param>
    /// <param name="runBefore">The length of the stretch that it continues.</param>
    /// <param name="atTail">It goes on to the file's end.</param>
    public void AddRandom(ReadOnlySpan<byte> bytes, bool isLong, bool atHead, long runBefore, bool atTail)
    {
        var run = runBefore + bytes.Length;
        if (!isLong)
        {
            _pool.Add(bytes);
            _pooledRun = Math.Max(_pooledRun, run);
            if (atHead) _pooledHead = run;
            if (atTail) _pooledTail = run;
            return;
        }
        RandomBytes += bytes.Length;
        RandomRun = Math.Max(RandomRun, run);
        if (atHead) RandomHead = run;
        if (atTail) RandomTail = run;
    }

    /// <summary>A container that decodes to something that is random-like as far as so few bytes show.</summary>
    /// <param name="decoded">What it decodes to.</param>
    /// <param name="length">Its own bytes.</param>
    public void AddSmallHidden(ByteCounts decoded, long length)
    {
        _hidden.Add(decoded);
        _smallHidden += length;
    }

    /// <summary>All of it.</summary>
    public FileFeatures ToFeatures()
    {
        var pool = _pool.Total > 0 && _pool.Z is > -4 and < 5;
        var strewn = Strewn.Total >= StrewnLeast && Strewn.Z is > -4 and < 5;
        var hidden = _hidden.Total >= HiddenLeast && _hidden.Z is > -4 and < 5;
        return new FileFeatures
        {
            Bytes = Whole.Total,
            Type = _container ?? FileType.Of(_head.AsSpan(0, _headLength), Whole.Total, TextShare()),
            Entropy = Whole.Entropy,
            Ratio = _pages == 0 ? 0 : Math.Min(1, _pageBits / _pages / 8),
            Z = Whole.Z,
            RandomBytes = RandomBytes + (pool ? _pool.Total : 0),
            RandomRun = pool ? Math.Max(RandomRun, _pooledRun) : RandomRun,
            RandomHead = pool ? Math.Max(RandomHead, _pooledHead) : RandomHead,
            RandomTail = pool ? Math.Max(RandomTail, _pooledTail) : RandomTail,
            DenseBytes = DenseBytes,
            StrewnBytes = strewn && StrewnTried > 0 ? (long)((double)Strewn.Total * StrewnOf / StrewnTried) : 0,
            StridedBytes = StridedBytes,
            KeyedBytes = KeyedBytes,
            EncodedBytes = EncodedBytes,
            IsUniformText = IsUniformText,
            HiddenBytes = HiddenBytes + (hidden ? _smallHidden : 0),
            SealedBytes = SealedBytes,
            BrokenAt = BrokenAt,
            BrokenMembers = BrokenMembers,
            Head = _head.AsSpan(0, _headLength).ToArray(),
        };
    }

    private double TextShare()
    {
        if (Whole.Total == 0) return 1;
        long odd = 0;
        for (var value = 0; value < 32; value++) odd += value is 9 or 10 or 12 or 13 or 27 ? 0 : Whole.Counts[value];
        return odd == 0 ? 1 : 1 - ((double)odd / Whole.Total);
    }
}
