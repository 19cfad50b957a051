namespace HostAtlas.Agent.Gate.Containers;

/// <summary>All formats that are tried, and where in some bytes one of them may begin. One a thread.</summary>
internal sealed class ContainerProbes
{
    private readonly IContainerProbe[] _all;
    // A delegate is called straight; a call to one of two dozen types through their interface is looked up each time.
    private readonly (Match Matches, IContainerProbe Probe)[][] _byFirst = new (Match, IContainerProbe)[256][];
    private readonly Beginnings _beginnings;

    private delegate bool Match(ReadOnlySpan<byte> bytes);

    /// <summary>Makes them.</summary>
    public ContainerProbes()
    {
        var inflater = new Inflater();
        Slow = new SlowDecoders();
        Packs = new GitPackProbe(inflater);
        _all =
        [
            new GzipProbe(inflater), new ZipEntryProbe(inflater, Slow), new XzProbe(Slow), new ZstdProbe(Slow), new Bzip2Probe(Slow),
            new Lz4Probe(), new SevenZipProbe(Slow), new RarProbe(), new LzmaProbe(Slow), new ZlibProbe(inflater), new PngProbe(inflater),
            new JpegProbe(), new GifProbe(), new RiffProbe(), new Mp4Probe(), new OggProbe(), new Mp3Probe(), new FlacProbe(),
            new MatroskaProbe(), new Woff2Probe(Slow), Packs, new GitIndexProbe(), new GitChunksProbe(), new PublicKeyringProbe(),
            new Type1FontProbe(), new EmbeddedSymbolsProbe(inflater), new PackedBrotliProbe(Slow),
        ];
        Array.Fill(_byFirst, []);
        foreach (var probe in _all)
        {
            foreach (var first in probe.Beginnings.Select(beginning => beginning[0]).Distinct())
                _byFirst[first] = [.. _byFirst[first], (probe.Matches, probe)];
        }
        _beginnings = new Beginnings(_all.Select(probe => probe.Beginnings));
    }

    /// <summary>The decoders that have no magic number to be found by.</summary>
    public SlowDecoders Slow { get; }

    /// <summary>The one that is gone on with from window to window.</summary>
    public GitPackProbe Packs { get; }

    /// <summary>Their names.</summary>
    public IEnumerable<string> Names => _all.Select(probe => probe.Name);

    /// <summary>The probe of what begins here; null when nothing known does.</summary>
    public IContainerProbe? At(ReadOnlySpan<byte> bytes)
    {
        if (bytes.IsEmpty) return null;
        foreach (var (matches, probe) in _byFirst[bytes[0]])
        {
            if (matches(bytes)) return probe;
        }
        return null;
    }

    /// <summary>The next place at or behind the offset where something known may begin; negative: nowhere before the end.</summary>
    public int Next(ReadOnlySpan<byte> bytes, int from, int until, out IContainerProbe? probe)
    {
        for (var at = from; at < until; at++)
        {
            at = _beginnings.Next(bytes, at, until);
            if (at < 0) break;
            probe = At(bytes[at..]);
            if (probe is not null) return at;
        }
        probe = null;
        return -1;
    }
}
