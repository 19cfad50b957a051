using System.Buffers;

namespace HostAtlas.Agent.Gate.Containers;

/// <summary>All formats that are tried, and where in some bytes one of them may begin. One a thread.</summary>
internal sealed class ContainerProbes
{
    private readonly IContainerProbe[] _all;
    private readonly IContainerProbe[][] _byFirst = new IContainerProbe[256][];
    private readonly SearchValues<byte> _first;

    /// <summary>Makes them.</summary>
    public ContainerProbes()
    {
        var inflater = new Inflater();
        Slow = new SlowDecoders();
        _all =
        [
            new GzipProbe(inflater), new ZipEntryProbe(inflater, Slow), new XzProbe(Slow), new ZstdProbe(Slow), new Bzip2Probe(Slow),
            new Lz4Probe(), new SevenZipProbe(Slow), new RarProbe(), new LzmaProbe(Slow), new ZlibProbe(inflater), new PngProbe(inflater),
            new JpegProbe(), new GifProbe(), new RiffProbe(), new Mp4Probe(), new OggProbe(), new Mp3Probe(), new FlacProbe(),
            new MatroskaProbe(), new Woff2Probe(Slow), new GitIndexProbe(), new PublicKeyringProbe(), new Type1FontProbe(),
            new EmbeddedSymbolsProbe(inflater), new PackedBrotliProbe(Slow),
        ];
        Array.Fill(_byFirst, []);
        foreach (var probe in _all)
        {
            foreach (var first in probe.FirstBytes) _byFirst[first] = [.. _byFirst[first], probe];
        }
        _first = SearchValues.Create([.. Enumerable.Range(0, 256).Where(first => _byFirst[first].Length > 0).Select(first => (byte)first)]);
    }

    /// <summary>The decoders that have no magic number to be found by.</summary>
    public SlowDecoders Slow { get; }

    /// <summary>Their names.</summary>
    public IEnumerable<string> Names => _all.Select(probe => probe.Name);

    /// <summary>The probe of what begins here; null when nothing known does.</summary>
    public IContainerProbe? At(ReadOnlySpan<byte> bytes)
    {
        if (bytes.IsEmpty) return null;
        foreach (var probe in _byFirst[bytes[0]])
        {
            if (probe.Matches(bytes)) return probe;
        }
        return null;
    }

    /// <summary>The next place at or behind the offset where something known may begin; negative: nowhere before the end.</summary>
    public int Next(ReadOnlySpan<byte> bytes, int from, int until, out IContainerProbe? probe)
    {
        for (var at = from; at < until; at++)
        {
            var found = bytes[at..until].IndexOfAny(_first);
            if (found < 0) break;
            at += found;
            probe = At(bytes[at..]);
            if (probe is not null) return at;
        }
        probe = null;
        return -1;
    }
}
