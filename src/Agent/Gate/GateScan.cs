using System.Collections.Concurrent;
using System.Text;
using System.Text.Unicode;
using System.Threading.Channels;
using HostAtlas.Agent.Backup.Walk;
using HostAtlas.Agent.Gate.Features;
using HostAtlas.Agent.Gate.Rules;
using HostAtlas.Agent.Progress;
using Microsoft.Win32.SafeHandles;

namespace HostAtlas.Agent.Gate;

/// <summary>Hears what a scan finds, in the order of the walk, one call at a time. Paths are raw bytes, as names on a disk are.</summary>
internal interface IGateEvents
{
    /// <summary>A file was judged.</summary>
    ValueTask JudgedAsync(byte[] path, FileVerdict verdict);

    /// <summary>A file or a folder could not be read.</summary>
    ValueTask UnreadableAsync(byte[] path, string reason);
}

/// <summary>
/// Judges files and all below folders, on all cores, as if each were new in a run of its own; each once, also where one is named that lies
/// below another.
/// </summary>
internal sealed class GateScan(DeclaredPaths declared)
{
    private const int ReadBytes = 256 << 10, BlockBytes = 512, PathMost = 4000;

    private readonly ConcurrentBag<Reader> _readers = [];
    private readonly ScanProgress _progress = new();
    private readonly HashSet<string> _noteFolders = new(StringComparer.Ordinal), _named = new(StringComparer.Ordinal);
    private long _files, _hit, _hitBytes, _unreadable;

    /// <summary>How far it is.</summary>
    public IProgressCounts Progress => _progress;

    /// <summary>Files and folders that could not be read.</summary>
    public long Unreadable => _unreadable;

    /// <summary>What the files come to, were they all that changed in a run.</summary>
    public RunCounts Counts => new()
    {
        Changed = _files,
        Hit = _hit,
        HitInSevenDays = _hit,
        HitBytesInSevenDays = _hitBytes,
        NoteFolders = _noteFolders.Count,
    };

    /// <summary>Looks at all of it.</summary>
    public async Task RunAsync(IReadOnlyList<string> paths, IGateEvents events, CancellationToken stop)
    {
        var workers = Environment.ProcessorCount;
        // In the order of the walk, a few ahead of who hears of them.
        var found = Channel.CreateBounded<Task<Outcome>>(
            new BoundedChannelOptions(workers * 8) { SingleReader = true, SingleWriter = true });
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(stop);
        var walking = Task.Run(() => WalkAllAsync(paths, found.Writer, workers, ended.Token), CancellationToken.None);
        try
        {
            await foreach (var task in found.Reader.ReadAllAsync(CancellationToken.None)) await TellAsync(await task, events);
            await walking;
        }
        finally
        {
            await ended.CancelAsync();
        }
    }

    private async ValueTask TellAsync(Outcome outcome, IGateEvents events)
    {
        if (outcome.Verdict is not { } verdict)
        {
            _unreadable++;
            await events.UnreadableAsync(outcome.Path, outcome.Fault ?? "");
            return;
        }
        _files++;
        if (verdict.Verdict == GateVerdict.HeldBack) (_hit, _hitBytes) = (_hit + 1, _hitBytes + verdict.Record.Bytes);
        var name = NameOf(outcome.Path);
        if (RansomNote.IsNamedSo(Encoding.UTF8.GetString(name)))
            _noteFolders.Add(Encoding.Latin1.GetString(outcome.Path.AsSpan(0, outcome.Path.Length - name.Length)));
        await events.JudgedAsync(outcome.Path, verdict);
    }

    private async Task WalkAllAsync(IReadOnlyList<string> paths, ChannelWriter<Task<Outcome>> found, int workers, CancellationToken stop)
    {
        using var free = new SemaphoreSlim(workers);
        Exception? fault = null;
        try
        {
            var full = paths.Select(path => (Shown: path, Full: Path.TrimEndingDirectorySeparator(Path.GetFullPath(path)))).ToList();
            foreach (var (_, path) in full) _named.Add(path);
            foreach (var (shown, path) in full.DistinctBy(path => path.Full, StringComparer.Ordinal))
                await WalkAsync(new Place(Encoding.UTF8.GetBytes(shown), Encoding.UTF8.GetBytes(path)), found, free, stop);
        }
        catch (OperationCanceledException exception)
        {
            fault = exception;
        }
        // Every reader that was begun must be done before the semaphore goes.
        for (var i = 0; i < workers; i++) await free.WaitAsync(CancellationToken.None);
        found.Complete(fault);
    }

    // By name, depth first; an own stack, for a tree may be deeper than a thread's.
    private async Task WalkAsync(Place root, ChannelWriter<Task<Outcome>> found, SemaphoreSlim free, CancellationToken stop)
    {
        var left = new Stack<Place>([root]);
        while (left.TryPop(out var next))
        {
            stop.ThrowIfCancellationRequested();
            var isRoot = ReferenceEquals(next.Full, root.Full);
            // What is named itself is looked at under its own name.
            if (!isRoot && _named.Count > 1 && Utf8.IsValid(next.Full) && _named.Contains(Encoding.UTF8.GetString(next.Full))) continue;
            string? fault = null;
            try
            {
                var kind = KindOf(next.Full);
                if (kind == FileKind.Directory)
                {
                    foreach (var child in Children(next)) left.Push(child);
                    continue;
                }
                // Links, pipes, sockets and devices have no content to look at: it is said where one was asked for.
                if (kind != FileKind.File)
                {
                    if (!isRoot) continue;
                    fault = kind == FileKind.Symlink ? "is a link; name what it points to" : "is no regular file";
                }
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                fault = exception.Message;
            }
            if (fault is not null)
            {
                await found.WriteAsync(Task.FromResult(new Outcome(next.Shown, null, fault)), stop);
                continue;
            }
            await free.WaitAsync(stop);
            var judging = Task.Run(() => Judge(next, free, stop), CancellationToken.None);
            await found.WriteAsync(judging, CancellationToken.None);
        }
    }

    private static FileKind KindOf(byte[] full)
    {
        if (full is [(byte)'/']) return FileKind.Directory;
        using var folder = OpenFolder(full);
        return LinuxFiles.Stat(folder, NameOf(full)).Kind;
    }

    private static List<Place> Children(Place of)
    {
        if (of.Full.Length > PathMost) throw new IOException("its path is too long");
        var names = new List<byte[]>();
        using (var folder = LinuxFiles.OpenFolder(of.Full)) LinuxFiles.List(folder, name => names.Add(name.ToArray()));
        names.Sort((one, other) => other.AsSpan().SequenceCompareTo(one));
        return [.. names.Select(name => new Place(Below(of.Shown, name), Below(of.Full, name)))];
    }

    private static byte[] Below(byte[] folder, byte[] name) =>
        folder is [.., (byte)'/'] ? [.. folder, .. name] : [.. folder, (byte)'/', .. name];

    private static ReadOnlySpan<byte> NameOf(byte[] path) => path.AsSpan(path.AsSpan().LastIndexOf((byte)'/') + 1);

    private Outcome Judge(Place place, SemaphoreSlim free, CancellationToken stop)
    {
        if (!_readers.TryTake(out var reader)) reader = new Reader();
        try
        {
            using var folder = OpenFolder(place.Full);
            using var file = LinuxFiles.OpenFile(folder, NameOf(place.Full));
            var facts = LinuxFiles.Stat(file);
            if (facts.Kind != FileKind.File) return new Outcome(place.Shown, null, "is no regular file any more");
            var features = reader.Read(file, facts, _progress, stop);
            var context = new FileContext { Name = Encoding.UTF8.GetString(NameOf(place.Full)), IsDeclared = declared.Has(place.Full) };
            return new Outcome(place.Shown, FileJudge.Judge(features, context), null);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or OperationCanceledException)
        {
            return new Outcome(place.Shown, null, exception.Message);
        }
        finally
        {
            _progress.Add(1, 0);
            _readers.Add(reader);
            free.Release();
        }
    }

    private static SafeFileHandle OpenFolder(byte[] full)
    {
        var slash = full.AsSpan().LastIndexOf((byte)'/');
        return LinuxFiles.OpenFolder(slash == 0 ? "/"u8 : full.AsSpan(0, slash));
    }

    /// <summary>A file or a folder: as whoever asked called it, and from the root on.</summary>
    private sealed record Place(byte[] Shown, byte[] Full);

    private sealed record Outcome(byte[] Path, FileVerdict? Verdict, string? Fault);

    /// <summary>Reads one file after the other with the same memory.</summary>
    private sealed class Reader
    {
        private readonly FeatureCollector _collector = new();
        private readonly byte[] _bytes = new byte[ReadBytes];

        public FileFeatures Read(SafeFileHandle file, FileFacts facts, ScanProgress progress, CancellationToken stop)
        {
            _collector.Begin();
            var sparse = facts.Blocks * BlockBytes < facts.Size;
            for (long at = 0; at < facts.Size;)
            {
                stop.ThrowIfCancellationRequested();
                var data = sparse ? LinuxFiles.NextData(file, at, facts.Size) : at;
                if (data > at) _collector.PushZeros(data - at);
                if (data >= facts.Size) break;
                at = data;
                var read = LinuxFiles.Read(file, _bytes.AsSpan(0, (int)Math.Min(ReadBytes, facts.Size - at)), at);
                if (read == 0) break;
                _collector.Push(_bytes.AsSpan(0, read));
                at += read;
                progress.Add(0, read);
            }
            return _collector.Finish();
        }
    }
}

/// <summary>Work whose end nobody knows: files are found as they are read.</summary>
internal sealed class ScanProgress : IProgressCounts
{
    private long _files, _bytes;

    public long Files => Interlocked.Read(ref _files);

    public long Bytes => Interlocked.Read(ref _bytes);

    public (long Files, long Bytes)? Total => null;

    public double Work => Bytes;

    public double? WorkTotal => null;

    public long Moved => Bytes;

    public string Note => "";

    public void Add(long files, long bytes)
    {
        Interlocked.Add(ref _files, files);
        Interlocked.Add(ref _bytes, bytes);
    }
}
