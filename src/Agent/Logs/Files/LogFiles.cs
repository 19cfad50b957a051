using HostAtlas.Agent.Backup.Walk;
using HostAtlas.Agent.Configuration;
using HostAtlas.Agent.Logs.Cursors;
using HostAtlas.Agent.Logs.Lines;

namespace HostAtlas.Agent.Logs.Files;

/// <summary>All configured files: finds those that fit the patterns, also later ones, and reads each in its turn.</summary>
internal sealed class LogFiles(LogOptions options, LogCursors cursors, LogContext context) : IDisposable
{
    /// <summary>From one look for new files to the next.</summary>
    public static readonly TimeSpan DiscoverEvery = TimeSpan.FromSeconds(5);

    /// <summary>Of a file that lay there before anybody asked for it, so much of its end is read.</summary>
    public const long FirstReadMostBytes = 256 << 10;

    private const int BufferBytes = 256 << 10, ReadsPerTurn = 8;

    // A turn ends after so long: the loop has a lane to move.
    private static readonly TimeSpan TurnMax = TimeSpan.FromMilliseconds(50);

    private readonly byte[] _buffer = new byte[BufferBytes];
    private readonly SortedDictionary<string, FileTail> _tails = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, string> _lookFaults = new(StringComparer.Ordinal), _readFaults = new(StringComparer.Ordinal);
    private readonly HashSet<string> _knownPatterns = new(cursors.Patterns, StringComparer.Ordinal);
    private TimeSpan _nextDiscover;
    private bool _isFirstLook = true;
    private string _lastRead = "";

    /// <summary>How many are read.</summary>
    public int Count => _tails.Count;

    /// <summary>What cannot be read, and why.</summary>
    public IEnumerable<string> Faults => _lookFaults.Concat(_readFaults).Select(fault => $"{fault.Key}: {fault.Value}").Distinct();

    /// <summary>Reads what came; true: there may be more at once.</summary>
    public bool Poll()
    {
        using var folders = new LogFolders();
        if (context.Elapsed >= _nextDiscover)
        {
            Discover(folders);
            _nextDiscover = context.Elapsed + DiscoverEvery;
        }
        var (more, began) = (false, context.Elapsed);
        // Behind the one that was read last, so that each has its turn however much one of them writes.
        var after = _tails.Values.Where(tail => string.CompareOrdinal(tail.Path, _lastRead) > 0).ToList();
        foreach (var tail in after.Concat(_tails.Values.Take(_tails.Count - after.Count)))
        {
            if (context.Outbox.IsFull || context.Elapsed - began > TurnMax) return true;
            _lastRead = tail.Path;
            try
            {
                more |= tail.Poll(folders, ReadsPerTurn);
                _readFaults.Remove(tail.Path);
            }
            catch (LinuxFaultException fault)
            {
                _readFaults[tail.Path] = Words(fault);
            }
        }
        return more;
    }

    /// <summary>Tells where each file stands; only when all lines are appended.</summary>
    public void Settle()
    {
        foreach (var tail in _tails.Values) tail.Settle();
        cursors.LooksFor([.. options.Files.Select(pattern => pattern.Text)]);
    }

    /// <inheritdoc />
    public void Dispose()
    {
        foreach (var tail in _tails.Values) tail.Dispose();
    }

    private void Discover(LogFolders folders)
    {
        _lookFaults.Clear();
        // A path that two patterns fit counts by the one that was there before.
        var found = new SortedDictionary<string, bool>(StringComparer.Ordinal);
        foreach (var pattern in options.Files.OrderBy(pattern => !_knownPatterns.Contains(pattern.Text)))
        {
            var isKnown = _knownPatterns.Contains(pattern.Text);
            pattern.Expand(folders, path => found.TryAdd(path, isKnown), (path, why) => _lookFaults[path] = why);
        }
        foreach (var gone in _tails.Values.Where(tail => tail.IsIdle && !found.ContainsKey(tail.Path)).ToList())
        {
            _tails.Remove(gone.Path);
            _readFaults.Remove(gone.Path);
        }
        foreach (var (path, isKnown) in found)
        {
            if (_tails.ContainsKey(path) || !IsLog(path, found.Keys, folders)) continue;
            if (_tails.Count == LogOptions.FilesMax)
            {
                _lookFaults[path] = $"not read: there are more than {LogOptions.FilesMax} files";
                break;
            }
            var mostBytes = _isFirstLook && !isKnown ? FirstReadMostBytes : long.MaxValue;
            _tails[path] = new FileTail(path, cursors, context, new LineBudget(options.LinesPerSecond), _buffer, mostBytes);
        }
        _isFirstLook = false;
    }

    // What a rotation left behind is read as what it was, not as a log of its own.
    private bool IsLog(string path, IEnumerable<string> found, LogFolders folders)
    {
        var (folder, name) = (LogFolders.Parent(path), System.IO.Path.GetFileName(path));
        if (RotationName.IsCompressed(name)) return false;
        if (cursors.Of(path).Count > 0) return true;
        if (_tails.Keys.Concat(found).Any(log =>
            LogFolders.Parent(log) == folder && RotationName.IsOf(name, System.IO.Path.GetFileName(log)))) return false;
        return folders.Look(path) is { } facts && !cursors.Knows(FileIdentity.Of(facts));
    }

    private static string Words(LinuxFaultException fault) =>
        fault.Error is LinuxFaultException.NotADirectory or LinuxFaultException.TooManyLinks
            ? "it is reached through a link; name the file itself" : fault.Message;
}
