using HostAtlas.Agent.Gate.Containers;

namespace HostAtlas.Agent.Gate.Features;

/// <summary>
/// Looks at a file's bytes as they pass by, in spans of any size: they are gathered into windows of 4 MiB, and what is found depends on the
/// bytes alone. Keeps its memory from file to file (about 12 MiB), allocates nothing a block; one thread at a time.
/// </summary>
internal sealed class FeatureCollector
{
    /// <summary>Bytes that are looked at together. A container is decoded within its first window.</summary>
    public const int WindowBytes = 4 << 20;

    private const int FirstWindowBytes = 64 << 10;

    private readonly WindowAnalysis _analysis = new(new ContainerProbes());
    private readonly Findings _findings = new();
    private byte[] _window = new byte[FirstWindowBytes];
    private int _filled;
    private long _start;

    /// <summary>Makes one, ready for a file.</summary>
    public FeatureCollector() => Begin();

    /// <summary>Begins a file.</summary>
    public void Begin()
    {
        _findings.Clear();
        (_filled, _start) = (0, 0);
    }

    /// <summary>The file's next bytes.</summary>
    public void Push(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            // A full window waits for the byte behind it: whether it is the last one matters.
            if (_filled == WindowBytes) Look(isLast: false);
            if (_filled == _window.Length) Array.Resize(ref _window, Math.Min(WindowBytes, Math.Max(_window.Length * 4, _filled)));
            var part = Math.Min(bytes.Length, _window.Length - _filled);
            bytes[..part].CopyTo(_window.AsSpan(_filled));
            _filled += part;
            bytes = bytes[part..];
        }
    }

    /// <summary>So many zeros come next: the same as pushing them, in no time.</summary>
    public void PushZeros(long count)
    {
        Span<byte> zeros = stackalloc byte[4096];
        zeros.Clear();
        while (count > 0)
        {
            if (_filled is 0 or WindowBytes && count > 2L * WindowBytes && _start + _filled > 0)
            {
                if (_filled > 0) Look(isLast: false);
                // The last window is kept back: it is the file's end if nothing follows.
                var windows = (count / WindowBytes) - 1;
                _findings.Whole.Add(0, windows * WindowBytes);
                _findings.AddZeroPages(windows * (WindowBytes / WindowAnalysis.PageBytes));
                _analysis.SkipZeros();
                (_findings.IsOpen, _findings.Rest) = (false, null);
                _start += windows * WindowBytes;
                count -= windows * WindowBytes;
            }
            var part = (int)Math.Min(count, zeros.Length);
            Push(zeros[..part]);
            count -= part;
        }
    }

    /// <summary>The file ends here.</summary>
    public FileFeatures Finish()
    {
        Look(isLast: true);
        return _findings.ToFeatures();
    }

    private void Look(bool isLast)
    {
        _analysis.Run(_window.AsSpan(0, _filled), _start, isLast, _findings);
        _start += _filled;
        _filled = 0;
    }
}
