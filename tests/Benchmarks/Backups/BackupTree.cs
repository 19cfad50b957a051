using System.Globalization;

namespace HostAtlas.Benchmarks.Backups;

/// <summary>
/// What is backed up: a third of the bytes in files of log lines, a third in files of random bytes (pictures, archives and what is
/// encrypted look like that), a third in many small files of source text. At full size 2.1 GB in 21,488 files. A change writes each
/// hundredth file of every kind anew, to other bytes of its kind.
/// </summary>
internal sealed class BackupTree
{
    /// <summary>Bytes of a tree of size one.</summary>
    public const double FullBytes = 2.1e9;

    private const double GoldenRatio = 0.6180339887498949;
    private const int FullLarge = 744, FullSmall = 20_000, SmallInFolder = 100, OneInChanged = 100;

    private readonly GeneratedText _text = new();
    private readonly List<(string Path, Kind Kind, int Bytes)> _files = [];
    private ulong _generation;

    /// <summary>Makes a tree.</summary>
    /// <param name="folder">Where; made anew.</param>
    /// <param name="size">1 is the full size.</param>
    public BackupTree(string folder, double size)
    {
        Folder = folder;
        var (large, small) = (Math.Max(1, (int)(FullLarge * size)), Math.Max(1, (int)(FullSmall * size)));
        var third = FullBytes * size / 3;
        Add(Kind.Log, large, third / large, i => $"logs/service-{i:0000}.log");
        Add(Kind.Random, large, third / large, i => $"media/{i % 16:00}/picture-{i:0000}.bin");
        Add(Kind.Source, small, third / small, i => $"source/part-{i / SmallInFolder:000}/file-{i:00000}.txt");
        for (var i = 0; i < _files.Count; i++) Write(i);
    }

    private enum Kind
    {
        Log,
        Random,
        Source,
    }

    /// <summary>Its root.</summary>
    public string Folder { get; }

    /// <summary>How many files.</summary>
    public int Files => _files.Count;

    /// <summary>Bytes of them all.</summary>
    public long Bytes => _files.Sum(file => (long)file.Bytes);

    /// <summary>Writes one file in a hundred anew, the same ones each time, to bytes they never had.</summary>
    public void Change()
    {
        _generation++;
        for (var i = OneInChanged / 2; i < _files.Count; i += OneInChanged) Write(i);
    }

    // Sizes from nothing to thrice the mean, the small ones more frequent; multiples of the golden ratio spread them evenly at any count.
    private void Add(Kind kind, int count, double meanBytes, Func<int, FormattableString> name)
    {
        for (var i = 0; i < count; i++)
        {
            var u = i * GoldenRatio % 1;
            _files.Add((Path.Combine(Folder, name(i).ToString(CultureInfo.InvariantCulture)), kind, 1 + (int)(3 * meanBytes * u * u)));
        }
    }

    private void Write(int number)
    {
        var (path, kind, length) = _files[number];
        var noise = new Noise((_generation << 32) + (ulong)number);
        var bytes = new byte[length];
        if (kind == Kind.Log) _text.FillLog(ref noise, bytes);
        else if (kind == Kind.Source) _text.FillSource(ref noise, bytes);
        else noise.Fill(bytes);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllBytes(path, bytes);
    }
}
