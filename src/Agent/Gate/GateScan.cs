using System.Collections.Concurrent;
using System.Text;
using System.Threading.Channels;
using HostAtlas.Agent.Backup.Walk;
using HostAtlas.Agent.Gate.Features;
using HostAtlas.Agent.Gate.Rules;
using HostAtlas.Agent.Progress;
using Microsoft.Win32.SafeHandles;

namespace HostAtlas.Agent.Gate;

/// <summary>Hears what a scan finds, in the order of the walk, one call at a time.</summary>
internal interface IGateEvents
{
    /// <summary>A file was judged.</summary>
    ValueTask JudgedAsync(string path, FileVerdict verdict);

    /// <summary>A file or a folder could not be read.</summary>
    ValueTask UnreadableAsync(string path, string reason);
}

/// <summary>Judges files and all below folders, on all cores, as if each were new in a run of its own.</summary>
internal sealed class GateScan(DeclaredPaths declared)
{
    private const int ReadBytes = 256 << 10, BlockBytes = 512;

    private readonly ConcurrentBag<Reader> _readers = [];
    private readonly ScanProgress _progress = new();
    private readonly HashSet<string> _noteFolders = new(StringComparer.Ordinal);
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
        if (RansomNote.IsNamedSo(Path.GetFileName(outcome.Path))) _noteFolders.Add(Path.GetDirectoryName(outcome.Path) ?? "");
        await events.JudgedAsync(outcome.Path, verdict);
    }

    private async Task WalkAllAsync(IReadOnlyList<string> paths, ChannelWriter<Task<Outcome>> found, int workers, CancellationToken stop)
    {
        using var free = new SemaphoreSlim(workers);
        Exception? fault = null;
        try
        {
            foreach (var path in paths) await WalkAsync(path, found, free, stop);
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
    private async Task WalkAsync(string path, ChannelWriter<Task<Outcome>> found, SemaphoreSlim free, CancellationToken stop)
    {
        var left = new Stack<string>([path]);
        while (left.TryPop(out var next))
        {
            stop.ThrowIfCancellationRequested();
            try
            {
                var attributes = File.GetAttributes(next);
                if ((attributes & FileAttributes.ReparsePoint) != 0)
                {
                    if (next == path)
                        await found.WriteAsync(Task.FromResult(new Outcome(next, null, "is a link; name what it points to")), stop);
                    continue;
                }
                if ((attributes & FileAttributes.Directory) != 0)
                {
                    foreach (var child in Children(next)) left.Push(child);
                    continue;
                }
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                await found.WriteAsync(Task.FromResult(new Outcome(next, null, exception.Message)), stop);
                continue;
            }
            await free.WaitAsync(stop);
            var judging = Task.Run(() => Judge(next, free, stop), CancellationToken.None);
            await found.WriteAsync(judging, CancellationToken.None);
        }
    }

    private static string[] Children(string folder)
    {
        var children = Directory.GetFileSystemEntries(folder);
        Array.Sort(children, (one, other) => string.CompareOrdinal(other, one));
        return children;
    }

    private Outcome Judge(string path, SemaphoreSlim free, CancellationToken stop)
    {
        if (!_readers.TryTake(out var reader)) reader = new Reader();
        try
        {
            using var folder = OpenFolder(path);
            using var file = LinuxFiles.OpenFile(folder, Encoding.UTF8.GetBytes(Path.GetFileName(path)));
            var facts = LinuxFiles.Stat(file);
            // A pipe, a socket or a device has no content to look at.
            if (facts.Kind != FileKind.File) return new Outcome(path, null, "is no regular file");
            var features = reader.Read(file, facts, _progress, stop);
            var context = new FileContext { Name = Path.GetFileName(path), IsDeclared = declared.Has(Path.GetFullPath(path)) };
            return new Outcome(path, FileJudge.Judge(features, context), null);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or OperationCanceledException)
        {
            return new Outcome(path, null, exception.Message);
        }
        finally
        {
            _progress.Add(1, 0);
            _readers.Add(reader);
            free.Release();
        }
    }

    private static SafeFileHandle OpenFolder(string path)
    {
        var folder = Path.GetDirectoryName(Path.GetFullPath(path)) ?? "/";
        return LinuxFiles.OpenFolder(Encoding.UTF8.GetBytes(folder));
    }

    private sealed record Outcome(string Path, FileVerdict? Verdict, string? Fault);

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
